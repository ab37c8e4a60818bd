"""The providers that `pulumi.dynamic` keeps in the state by their names, and calls in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from ._about import DEFINITION, DEPLOYMENT

if TYPE_CHECKING:
    from ._process import Process


Values = dict[str, Any]


class _Passing(ResourceProvider):
    """The calls of `pulumi.dynamic` about one kind of resource, passed on to the lifecycle.

    It holds nothing. The state keeps a reference to the class, so that the code which runs is always that which is
    installed; settings and credentials come with `configure` and stay in the process.
    """

    serialize_as_secret_always = False
    kind: ClassVar[str]

    def __reduce__(self) -> tuple[type[_Passing], tuple[()]]:
        return type(self), ()

    def configure(self, req: ConfigureRequest) -> None:
        """Takes the stack's configuration."""
        # `Config.get` asks for one name: a misspelt one would never be told.
        _process().configure(req.config._props)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    def check(self, _olds: Values, news: Values) -> CheckResult:
        """Validates the inputs, and chooses what they leave out."""
        inputs, failures = _process().check(self.kind, _olds, news)
        # Without a property's name: with one Pulumi would quote the property.
        return CheckResult(inputs, [CheckFailure("", failure) for failure in failures])

    def diff(self, _id: str, _olds: Values, _news: Values) -> DiffResult:
        """Compares the outputs of the last run with the new inputs."""
        found = _process().diff(self.kind, _id, _olds, _news)
        return DiffResult(
            changes=bool(found.changes),
            replaces=found.replaces,
            delete_before_replace=found.delete_before_replace,
        )

    def create(self, props: Values) -> CreateResult:
        """Makes what is not there yet."""
        return CreateResult(*_process().create(self.kind, props))

    def read(self, id_: str, props: Values) -> ReadResult:
        """Reads what the service holds; no ID says that it is gone."""
        found = _process().read(self.kind, id_, props)
        if found is None:
            return ReadResult(None, {})
        inputs, outputs = found
        return ReadResult(id_, outputs, inputs)

    def update(self, _id: str, _olds: Values, _news: Values) -> UpdateResult:
        """Makes what is there into what is declared."""
        return UpdateResult(_process().update(self.kind, _id, _olds, _news))

    def delete(self, _id: str, _props: Values) -> None:
        """Deletes what is there."""
        _process().delete(self.kind, _id, _props)


class Provider(_Passing):
    """The provider of `WorkflowDefinition`."""

    kind = DEFINITION


class DeploymentProvider(_Passing):
    """The provider of `WorkflowDeployment`."""

    kind = DEPLOYMENT


# The names under which the state refers to them: modules that begin with an underscore may move.
Provider.__module__ = DeploymentProvider.__module__ = "pulumi_resource_dataworks.dynamic"


def _process() -> Process:
    """The process's one; its imports come with the first call: a program that only declares resources needs none."""
    from ._process import current  # noqa: PLC0415 - see above

    return current()
