"""Other ways to write a document that mean the same: what the tables promise, at places drawn at random."""

import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

import yaml

from pulumi_resource_dataworks.flowspec._tables import OBJECT_TYPES, Field, Shape, field_of
from tests.support.flowspecs import Object

Rewrite = Callable[[Object, str, random.Random], Object]
"""From an object, the name of its table and a source of chance to the same object in other words."""


def rewritten(root: Object, rewrites: Sequence[Rewrite], chance: random.Random) -> Object:
    """The document in other words, on every level."""

    def entity(value: Object, name: str) -> Object:
        done = {key: below(item, field_of(name, key)[1]) for key, item in value.items()}
        for rewrite in rewrites:
            done = rewrite(done, name, chance)
        return done

    def below(value: Any, field: Field) -> Any:
        if field.shape is Shape.OBJECT and isinstance(value, dict):
            return entity(value, field.object_type)
        if field.shape is Shape.LIST and field.object_type and isinstance(value, list):
            return [entity(item, field.object_type) for item in value]
        return value

    return entity(root, "document")


def keys_in_another_order(value: Object, entity: str, chance: random.Random) -> Object:
    items = [
        (key, item if field_of(entity, key)[1].object_type else _deeply_shuffled(item, chance))
        for key, item in value.items()
    ]
    chance.shuffle(items)
    return dict(items)


def _deeply_shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, list):
        return [_deeply_shuffled(item, chance) for item in value]
    if not isinstance(value, dict):
        return value
    items = [(key, _deeply_shuffled(item, chance)) for key, item in value.items()]
    chance.shuffle(items)
    return dict(items)


def sets_in_another_order(value: Object, entity: str, chance: random.Random) -> Object:
    def shuffled(item: Any, field: Field) -> Any:
        is_set = field.shape is Shape.LIST and field.order == "set" and isinstance(item, list)
        return chance.sample(item, len(item)) if is_set else item

    return _each(value, entity, shuffled)


def labels_in_another_case(value: Object, entity: str, chance: random.Random) -> Object:
    def recased(item: Any, field: Field) -> Any:
        if field.shape is not Shape.CHOICE or not isinstance(item, str):
            return item
        return "".join(chance.choice([letter.upper(), letter.lower()]) for letter in item)

    return _each(value, entity, recased)


def nulls_for_absent_fields(value: Object, entity: str, chance: random.Random) -> Object:
    absent = _absent(value, entity, chance)
    return {**value, **{key: None for key in absent if not _field(entity, key).no_null}}


def empty_lists_for_absent_ones(value: Object, entity: str, chance: random.Random) -> Object:
    lists = [key for key in _absent(value, entity, chance) if _field(entity, key).shape is Shape.LIST]
    return {**value, **{key: [] for key in lists}}


def empty_objects_for_absent_ones(value: Object, entity: str, chance: random.Random) -> Object:
    keys = [key for key in _absent(value, entity, chance) if _field(entity, key).object_type in MAY_BE_EMPTY]
    return {**value, **{key: {} for key in keys if _field(entity, key).shape is Shape.OBJECT}}


MAY_BE_EMPTY = {"io", "strategy"}
"""Entities that ask for nothing, so that an empty one is no fault."""


def absent_fields_for_empty_ones(value: Object, entity: str, chance: random.Random) -> Object:
    """A null, an empty list or an empty object is not written at all."""
    del chance
    kept = OBJECT_TYPES[entity].present
    return {
        key: item
        for key, item in value.items()
        if key in kept or not (item is None or (item in ([], {}) and _field(entity, key).object_type))
    }


def text_for_numbers(value: Object, entity: str, chance: random.Random) -> Object:
    def worded(item: Any, field: Field) -> Any:
        if field.shape is Shape.BOOLEAN and isinstance(item, bool):
            return chance.choice(["true", "True", "TRUE"] if item else ["false", "False"])
        whole = field.shape in {Shape.INTEGER, Shape.TEXT} and type(item) is int
        return str(item) if whole else item

    return _each(value, entity, worded)


def numbers_for_text(value: Object, entity: str, chance: random.Random) -> Object:
    def counted(item: Any, field: Field) -> Any:
        if not isinstance(item, str) or field.strict:
            return item
        if field.shape is Shape.BOOLEAN:
            return {"true": True, "false": False}.get(item.lower(), item)
        if field.shape in {Shape.INTEGER, Shape.TEXT}:
            number = _number(item)
            return item if number is None or str(number) != item else number
        return item

    del chance
    return _each(value, entity, counted)


_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def _number(text: str) -> int | float | None:
    if not _NUMBER.fullmatch(text):
        return None
    return float(text) if "." in text else int(text)


def other_spellings_of_keys(value: Object, entity: str, chance: random.Random) -> Object:
    table = OBJECT_TYPES[entity]
    done: Object = {}
    for key, item in value.items():
        name = table.aliases.get(key, key)
        spellings = [name, *(alias for alias, meant in table.aliases.items() if meant == name)]
        alone = not any(spelling in value for spelling in spellings if spelling != key)
        done[chance.choice(spellings) if alone else key] = item
    return done


def without_what_the_service_owns(value: Object, entity: str, chance: random.Random) -> Object:
    del chance
    return {key: item for key, item in value.items() if not _field(entity, key).server}


def with_what_the_service_owns(value: Object, entity: str, chance: random.Random) -> Object:
    number = chance.randrange(10**6)
    kinds = {
        Shape.TEXT: f"9{number}",
        Shape.BOOLEAN: bool(number % 2),
        Shape.MAP: {"project": {"id": number}},
        Shape.LIST: [],
        Shape.OBJECT: {},
    }
    owned = {name for name, field in OBJECT_TYPES[entity].fields.items() if field.server}
    return {**value, **{name: kinds.get(_field(entity, name).shape, "NodeOutput") for name in owned}}


def defaults_written_out_or_not(value: Object, entity: str, chance: random.Random) -> Object:
    done = dict(value)
    for name, field in OBJECT_TYPES[entity].fields.items():
        if field.default is not None and done.get(name, field.default) == field.default:
            done.pop(name, None)
            if chance.random() < 0.5:
                done[name] = field.default
    return done


def with_a_key_that_the_parser_drops(value: Object, entity: str, chance: random.Random) -> Object:
    del entity
    return {**value, "x_9": chance.randrange(10**6)}


REWRITES: list[Rewrite] = [
    keys_in_another_order,
    sets_in_another_order,
    labels_in_another_case,
    nulls_for_absent_fields,
    empty_lists_for_absent_ones,
    empty_objects_for_absent_ones,
    absent_fields_for_empty_ones,
    text_for_numbers,
    numbers_for_text,
    other_spellings_of_keys,
    without_what_the_service_owns,
    with_what_the_service_owns,
    defaults_written_out_or_not,
    with_a_key_that_the_parser_drops,
]


def _each(value: Object, entity: str, change: Callable[[Any, Field], Any]) -> Object:
    return {key: change(item, _field(entity, key)) for key, item in value.items()}


def _field(entity: str, key: str) -> Field:
    return field_of(entity, key)[1]


def _absent(value: Object, entity: str, chance: random.Random) -> list[str]:
    """Half of the fields that an object does not have in any spelling."""
    table = OBJECT_TYPES[entity]
    there = {field_of(entity, key)[0] for key in value}
    return [name for name in table.fields if name not in there and chance.random() < 0.5]


def written(root: Object, chance: random.Random) -> object:
    """The document as text, in one of many ways, or as an object."""
    form = chance.randrange(5)
    if form == 0 and all(abs(number) <= 2**53 for number in _numbers(root)):
        return root
    if form == 1:
        return str(yaml.safe_dump(root, sort_keys=False, allow_unicode=True, default_flow_style=None))
    return json.dumps(root, ensure_ascii=form == 2, indent=chance.choice([None, 1, 4, "\t"]))


def _numbers(value: Any) -> list[int | float]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [number for item in inner for number in _numbers(item)]
    return [value] if isinstance(value, int | float) else []
