"""The provider that `pulumi.dynamic` keeps in the state by its name, and calls in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from ._process import Process

Values = dict[str, Any]


class Provider(ResourceProvider):
    """The calls of `pulumi.dynamic`, passed on to the lifecycle.

    It holds nothing. The state keeps a reference to this class, so that the code which runs is always that which is
    installed; settings and credentials come with `configure` and stay in the process.
    """

    serialize_as_secret_always = False

    def __reduce__(self) -> tuple[type[Provider], tuple[()]]:
        return Provider, ()

    def configure(self, req: ConfigureRequest) -> None:
        """Takes the stack's configuration."""
        # `Config.get` asks for one name: a misspelt one would never be told.
        _process().configure(req.config._props)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    def check(self, _olds: Values, news: Values) -> CheckResult:
        """Validates the inputs and chooses the IDs that the document leaves out."""
        inputs, failures = _process().check(_olds, news)
        # Without a property's name: with one Pulumi would quote the property.
        return CheckResult(inputs, [CheckFailure("", failure) for failure in failures])

    def diff(self, _id: str, _olds: Values, _news: Values) -> DiffResult:
        """Compares the outputs of the last run with the new inputs."""
        found = _process().diff(_id, _olds, _news)
        return DiffResult(
            changes=bool(found.changes),
            replaces=found.replaces,
            delete_before_replace=found.delete_before_replace,
        )

    def create(self, props: Values) -> CreateResult:
        """Imports a workflow that is not there yet."""
        return CreateResult(*_process().create(props))

    def read(self, id_: str, props: Values) -> ReadResult:
        """Reads what the service holds; no ID says that it is gone."""
        found = _process().read(id_, props)
        if found is None:
            return ReadResult(None, {})
        inputs, outputs = found
        return ReadResult(id_, outputs, inputs)

    def update(self, _id: str, _olds: Values, _news: Values) -> UpdateResult:
        """Imports the whole document under the known IDs."""
        return UpdateResult(_process().update(_id, _olds, _news))

    def delete(self, _id: str, _props: Values) -> None:
        """Deletes the workflow."""
        _process().delete(_id, _props)


# The name under which the state refers to it: modules that begin with an underscore may move.
Provider.__module__ = "pulumi_resource_dataworks.dynamic"


def _process() -> Process:
    """The process's one; its imports come with the first call: a program that only declares resources needs none."""
    from ._process import current  # noqa: PLC0415 - see above

    return current()
