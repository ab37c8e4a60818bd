"""Values that the service keeps in another form than they were sent: known ones are no drift."""

from __future__ import annotations

from typing import cast

from ._document import Json, Object

_NAMES = ("id", "nodeId", "name", "data", "output", "guid")
"""What tells entries of a list apart, the first that an entry has."""


def restore(sent: Json, kept: Json, now: Json) -> Json:
    """What is there now, with what was sent wherever the service still keeps just what it made of it.

    Args:
        sent: What was sent.
        kept: What a read-back showed right after, projected on `sent`.
        now: A later read-back, projected on `sent`.
    """
    if now == kept:
        return sent
    if isinstance(sent, dict) and isinstance(kept, dict) and isinstance(now, dict):
        return _object(cast("Object", sent), cast("Object", kept), cast("Object", now))
    if isinstance(sent, list) and isinstance(kept, list) and isinstance(now, list):
        return _list(cast("list[Json]", sent), cast("list[Json]", kept), cast("list[Json]", now))
    return now


def _object(sent: Object, kept: Object, now: Object) -> Object:
    dropped = {key: value for key, value in sent.items() if key not in kept and key not in now}
    found = {
        key: restore(sent[key], kept[key], value) if key in sent and key in kept else value
        for key, value in now.items()
    }
    return {**found, **dropped}


def _list(sent: list[Json], kept: list[Json], now: list[Json]) -> list[Json]:
    ours, theirs = _by_name(sent), _by_name(kept)
    return [
        restore(ours[name], theirs[name], item) if name in ours and name in theirs else item
        for name, item in _by_name(now).items()
    ]


def _by_name(items: list[Json]) -> dict[object, Json]:
    """The entries by what tells them apart; by their place where nothing does, or where it tells two alike."""
    found: dict[object, Json] = {}
    for place, item in enumerate(items):
        name = _name(item)
        found[place if name is None or name in found else name] = item
    return found


def _name(item: Json) -> tuple[str, str] | None:
    if not isinstance(item, dict):
        return None
    entry = cast("Object", item)
    return next(((key, str(entry[key])) for key in _NAMES if entry.get(key)), None)
