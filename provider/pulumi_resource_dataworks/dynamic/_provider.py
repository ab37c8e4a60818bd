"""The providers that `pulumi.dynamic` keeps in the state by their names, and calls in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pulumi import dynamic

from ._resource_info import DEFINITION, DEPLOYMENT, FILE_RESOURCE, FUNCTION, NODE, RUN, Values

if TYPE_CHECKING:
    from ._steps import Steps


class _LifecycleProvider(dynamic.ResourceProvider):
    """The calls of `pulumi.dynamic` about one kind of resource, passed on to its steps.

    It holds nothing. The state keeps a reference to the class, so that the code which runs is always that which is
    installed; settings and credentials come with `configure` and stay in the process.
    """

    serialize_as_secret_always = False
    kind: ClassVar[str]

    def __init_subclass__(cls, *, kind: str) -> None:
        cls.kind = kind
        cls.__module__ = __package__ or ""  # the state refers to it by this name: the module may move

    def __reduce__(self) -> tuple[type[_LifecycleProvider], tuple[()]]:
        return type(self), ()

    def configure(self, req: dynamic.ConfigureRequest) -> None:
        """Takes the stack's configuration."""
        # `Config.get` asks for one name: a misspelt one would never be reported.
        _steps().configure(req.config._props)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    def check(self, _olds: Values, news: Values) -> dynamic.CheckResult:
        """Validates the inputs, and chooses what they leave out."""
        inputs, failures = _steps().check(self.kind, _olds, news)
        # Without a property's name: with one Pulumi would quote the property.
        return dynamic.CheckResult(inputs, [dynamic.CheckFailure("", failure) for failure in failures])

    def diff(self, _id: str, _olds: Values, _news: Values) -> dynamic.DiffResult:
        """Compares the outputs of the last run with the new inputs."""
        found = _steps().diff(self.kind, _id, _olds, _news)
        return dynamic.DiffResult(
            bool(found.changes), found.replaces, delete_before_replace=found.delete_before_replace
        )

    def create(self, props: Values) -> dynamic.CreateResult:
        """Makes what is not there yet."""
        return dynamic.CreateResult(*_steps().create(self.kind, props))

    def read(self, id_: str, props: Values) -> dynamic.ReadResult:
        """Reads what the service holds; no ID says that it is gone."""
        found = _steps().read(self.kind, id_, props)
        return dynamic.ReadResult(id_, found[1], found[0]) if found else dynamic.ReadResult(None, {})

    def update(self, _id: str, _olds: Values, _news: Values) -> dynamic.UpdateResult:
        """Makes what is there into what is declared."""
        return dynamic.UpdateResult(_steps().update(self.kind, _id, _olds, _news))

    def delete(self, _id: str, _props: Values) -> None:
        """Deletes what is there."""
        _steps().delete(self.kind, _id, _props)


class Provider(_LifecycleProvider, kind=DEFINITION):
    """The provider of `WorkflowDefinition`."""


class DeploymentProvider(_LifecycleProvider, kind=DEPLOYMENT):
    """The provider of `WorkflowDeployment`."""


class RunProvider(_LifecycleProvider, kind=RUN):
    """The provider of `WorkflowRun`."""


class NodeProvider(_LifecycleProvider, kind=NODE):
    """The provider of `Node`."""


class FunctionProvider(_LifecycleProvider, kind=FUNCTION):
    """The provider of `Function`."""


class FileResourceProvider(_LifecycleProvider, kind=FILE_RESOURCE):
    """The provider of `FileResource`."""


def _steps() -> Steps:
    """The process's one; its imports come with the first call: a program that only declares resources needs none."""
    from ._steps import current  # noqa: PLC0415 - see above

    return current()
