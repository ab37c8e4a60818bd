"""How a resource is declared: each input and output once, as a class attribute, from which come the constructor and its types."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from inspect import Parameter, Signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, cast, dataclass_transform, overload

import pulumi
from pulumi.dynamic import Resource, ResourceProvider

from ._resource_info import RESOURCE_INFO

T = TypeVar("T")

_ROOT = "pulumi:pulumi:Stack"
_DURATION = re.compile(r"([0-9]*\.?[0-9]+)(h|ms|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


class Property(Generic[T]):
    """A property of a resource under its name in Python: `project_id` is Pulumi's `projectId`."""

    def __set_name__(self, owner: type, name: str) -> None:
        first, *others = name.split("_")
        self.name = first + "".join(map(str.capitalize, others))

    @overload
    def __get__(self, resource: None, owner: type) -> Self: ...
    @overload
    def __get__(self, resource: Resource, owner: type) -> pulumi.Output[T]: ...
    def __get__(self, resource: Resource | None, owner: type) -> Self | pulumi.Output[T]:
        return self if resource is None else resource.__dict__[self.name]


class Given(Property[T]):
    """A property that is an argument of the constructor, too. What `__set__` takes, type checkers let be given there.

    Args:
        default: What it is where it is not given; without it, it has to be.
        sensitive: Whether outputs are a secret where it is.
    """

    def __init__(self, *, default: Any = Parameter.empty, sensitive: bool = False) -> None:
        self.default, self.sensitive = default, sensitive

    if TYPE_CHECKING:

        def __set__(self, resource: Resource, value: pulumi.Input[T]) -> None: ...


def _positional(**_: Any) -> Any:
    """An argument that may be given by its place."""


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(Given, _positional))
class _Declared(Resource):
    """Lets type checkers know that the attributes of what derives from it are its arguments."""


class LifecycleResource(_Declared):
    """A resource that sends its own steps what `pulumi.dynamic` does not give them."""

    _called: ClassVar[type[ResourceProvider]]
    """What its steps are called of."""
    __signature__: ClassVar[Signature]
    _hidden: ClassVar[Iterable[str]] = ()
    """The outputs that are a secret where a sensitive input is."""

    if TYPE_CHECKING:
        resource_name: str = _positional(kw_only=False)
        opts: pulumi.ResourceOptions | None = _positional(kw_only=False, default=None)

    project_id: Given[int] = Given()
    """The ID of the DataWorks workspace."""

    def __init_subclass__(cls, **kind: str) -> None:
        super().__init_subclass__(**kind)  # pyright: ignore[reportUnknownMemberType] - Pulumi leaves the rest open
        cls.__annotations__ = {}  # of these Pulumi makes the types that outputs have to have
        own = [Parameter("resource_name", Parameter.POSITIONAL_OR_KEYWORD)]
        own.append(Parameter("opts", Parameter.POSITIONAL_OR_KEYWORD, default=None))
        given = [
            Parameter(name, Parameter.KEYWORD_ONLY, default=value.default)
            for name, value in cls._properties().items()
            if isinstance(value, Given)
        ]
        cls.__signature__ = Signature([*own, *given])

    @classmethod
    def _properties(cls) -> dict[str, Property[Any]]:
        return {
            name: value
            for owner in reversed(cls.__mro__)
            for name, value in vars(owner).items()
            if isinstance(value, Property)
        }

    def __init__(self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **inputs: Any) -> None:
        type(self).__signature__.bind(resource_name, opts, **inputs)  # raises the TypeError of a call
        opts = pulumi.ResourceOptions.merge(opts, None)
        opts.additional_secret_outputs = secrets = list(opts.additional_secret_outputs or ())
        properties = self._properties()
        sensitive = {
            name: inputs.get(name)
            for name, declared in properties.items()
            if isinstance(declared, Given) and declared.sensitive
        }
        is_object: Any = False
        if inputs.get("spec") is not None:
            sensitive["spec"], inputs["spec"], is_object = _document(inputs["spec"])
        if inputs.get("content") is not None:
            inputs["content"] = pulumi.Output.from_input(inputs["content"]).apply(_content)
        kind = f"pulumi-python:{self._resource_type_name}"
        info = {
            "urn": asyncio.ensure_future(_urn(resource_name, kind, opts.parent)),
            "secret": asyncio.ensure_future(_hide(sensitive, secrets, self._hidden)),
            "isObject": is_object,
            "ignoreChanges": opts.ignore_changes,
            "timeouts": timeouts(opts.custom_timeouts),
        }
        values = {declared.name: inputs.get(name) for name, declared in properties.items()}
        super().__init__(self._called(), resource_name, {**values, RESOURCE_INFO: info}, opts)


async def _urn(name: str, kind: str, parent: pulumi.Resource | None) -> str | None:
    """The URN that the engine gives; the stack itself is no part of it.

    As plain text: its output depends on the parent, and a component waits for its children, of which this is one.
    """
    top = parent is None or parent.pulumi_resource_type == _ROOT
    return await pulumi.create_urn(name, kind, None if top else parent).future()


async def _hide(sensitive: Mapping[str, Any], secrets: list[str], hidden: Iterable[str]) -> bool:
    """Whether an input is a secret; then what depends on it is added to the outputs that are.

    Pulumi reads the list when all inputs are there, and this is one.
    """
    secret = await pulumi.Output.from_input(sensitive).is_secret()
    if secret:
        secrets += sorted(hidden)
    return secret


def timeouts(given: pulumi.CustomTimeouts | Mapping[str, str] | None) -> dict[str, float]:
    """The seconds by step, of durations as Pulumi writes them, such as `1h30m`."""
    values = given if isinstance(given, Mapping) else vars(given) if given else {}
    return {
        step: sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(str(values[step])))
        for step in ("create", "update", "delete")
        if values.get(step)
    }


# --- What goes otherwise than it was written


def _document(spec: Any) -> tuple[pulumi.Output[Any], Any, pulumi.Input[bool]]:
    """A document as an output, as it is sent, and whether it was written as an object."""
    text = _text(spec)
    document = pulumi.Output.from_input(cast("pulumi.Input[Any]", text))
    is_object = text is not spec or asyncio.ensure_future(_is_object(document))
    return document, asyncio.ensure_future(_sent(spec, document)), is_object


async def _is_object(document: pulumi.Output[Any]) -> bool:
    return not isinstance(await document.future(), str)


async def _sent(spec: Any, document: pulumi.Output[Any]) -> Any:
    """The document as text, which keeps the nulls of an object; as it was written while something in it is not known."""
    return document.apply(_text) if await document.is_known() else spec


def _text(value: Any) -> Any:
    """An object as text; as it is where something in it is not a plain value, such as an output or an asset.

    Without outputs it is text at once: Pulumi makes several tasks for each value of an object, which for 100 documents of
    20 nodes took ten times as long as all the rest of declaring them.
    """
    try:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except TypeError:
        return value


def _content(value: Any) -> Any:
    """An asset as an object of texts: `pulumi.dynamic` drops its hash, and cannot read it back out of a state (3.276)."""
    if isinstance(value, pulumi.StringAsset):
        return {"text": value.text, "hash": hashlib.sha256(value.text.encode()).hexdigest()}
    if not isinstance(value, pulumi.FileAsset):
        return value
    with Path(value.path).open("rb") as file:
        return {"path": str(value.path), "hash": hashlib.file_digest(file, "sha256").hexdigest()}
