"""How a resource is declared: each input and output once, as a class attribute, from which come the constructor and its types."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, dataclass_transform, overload

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
    """A property that is an argument of the constructor, too. What `__set__` takes, type checkers let be given there."""

    def __init__(self, *, default: Any = Parameter.empty) -> None:
        self.default = default

    if TYPE_CHECKING:

        def __set__(self, resource: Resource, value: pulumi.Input[T]) -> None: ...


def _positional(**_: Any) -> Any:
    """An argument that may be given by its place."""


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(Given, _positional))
class _Declared(Resource):
    """Tells type checkers that the attributes of what derives from it are its arguments."""


class LifecycleResource(_Declared):
    """A resource that sends its own steps what `pulumi.dynamic` does not give them."""

    _called: ClassVar[type[ResourceProvider]]
    """What its steps are called of."""
    __signature__: ClassVar[Signature]
    _sensitive: ClassVar[tuple[str, ...]]
    """The inputs that may be a secret."""
    _hidden: ClassVar[Iterable[str]] = ()
    """The outputs that are a secret where one of these is."""

    if TYPE_CHECKING:
        resource_name: str = _positional(kw_only=False)
        opts: pulumi.ResourceOptions | None = _positional(kw_only=False, default=None)

    def __init_subclass__(cls, **kind: str) -> None:
        super().__init_subclass__(**kind)  # pyright: ignore[reportUnknownMemberType] - Pulumi leaves the rest open
        cls.__annotations__ = {}  # of these Pulumi makes the types that outputs have to have
        own = [Parameter("resource_name", Parameter.POSITIONAL_OR_KEYWORD)]
        own.append(Parameter("opts", Parameter.POSITIONAL_OR_KEYWORD, default=None))
        given = [
            Parameter(name, Parameter.KEYWORD_ONLY, default=value.default)
            for owner in reversed(cls.__mro__)
            for name, value in vars(owner).items()
            if isinstance(value, Given)
        ]
        cls.__signature__ = Signature([*own, *given])

    def __init__(self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **inputs: Any) -> None:
        type(self).__signature__.bind(resource_name, opts, **inputs)  # raises the TypeError of a call
        opts = pulumi.ResourceOptions.merge(opts, None)
        opts.additional_secret_outputs = secrets = list(opts.additional_secret_outputs or ())
        inputs, sensitive, is_object = self._prepared(inputs)
        info = {
            "urn": asyncio.ensure_future(
                _urn(resource_name, f"pulumi-python:{self._resource_type_name}", opts.parent)
            ),
            "secret": asyncio.ensure_future(_hide(sensitive, secrets, self._hidden)),
            "isObject": is_object,
            "ignoreChanges": opts.ignore_changes,
            "timeouts": timeouts(opts.custom_timeouts),
        }
        properties: dict[str, Any] = {
            value.name: inputs.get(name)
            for owner in type(self).__mro__
            for name, value in vars(owner).items()
            if isinstance(value, Property)
        }
        super().__init__(self._called(), resource_name, {**properties, RESOURCE_INFO: info}, opts)

    @classmethod
    def _prepared(
        cls, inputs: dict[str, Any]
    ) -> tuple[dict[str, Any], pulumi.Output[Any], pulumi.Input[bool]]:
        """The inputs to send, those that may be a secret, and whether a document among them was written as an object."""
        sensitive = {name: inputs.get(name) for name in cls._sensitive}
        return inputs, pulumi.Output.from_input(sensitive), False


async def _urn(name: str, kind: str, parent: pulumi.Resource | None) -> str | None:
    """The URN that the engine gives; the stack itself is no part of it.

    As plain text: its output depends on the parent, and a component waits for its children, of which this is one.
    """
    top = parent is None or parent.pulumi_resource_type == _ROOT
    return await pulumi.create_urn(name, kind, None if top else parent).future()


async def _hide(sensitive: pulumi.Output[Any], secrets: list[str], hidden: Iterable[str]) -> bool:
    """Whether the input is a secret; then what depends on it is added to the outputs that are.

    Pulumi reads the list when all inputs are there, and this is one.
    """
    secret = await sensitive.is_secret()
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
