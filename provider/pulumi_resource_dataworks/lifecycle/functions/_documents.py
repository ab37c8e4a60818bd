"""readFlowSpec: a document in a file, with its scripts in files beside it. It makes no call."""

from __future__ import annotations

from typing import Any

from pulumi_resource_dataworks import document_file, flowspec
from pulumi_resource_dataworks.lifecycle._step import LifecycleError

from ._arguments import Arguments
from ._lookups import Lookups


async def read_flow_spec(arguments: Arguments, lookups: Lookups) -> dict[str, Any]:
    """The document with its files and variables in their places, once it has no error."""
    name, variables = arguments.text("path", required=True), arguments.values("variables")
    arguments.end()
    try:
        document = document_file.read_document(name, variables)
        if flowspec.validate(document):
            lookups.learnt.documents.appendleft(document)
    except document_file.UnreadableFileError as error:
        raise LifecycleError(
            f"readFlowSpec: {name} cannot be read: {error}. A relative path begins in the folder of the Pulumi program"
        ) from error
    except document_file.UnusedVariableError as error:
        unused = ", ".join(f"{{{{{one}}}}}" for one in error.names)
        raise LifecycleError(
            f"readFlowSpec: {name} does not use every variable that is given: write {unused} in it, or remove the variable"
        ) from error
    except flowspec.InvalidDocumentError as error:
        found = [problem for problem in error.problems if problem.severity == "error"]
        lines = [problem.render(secret=lookups.context.secret) for problem in found]
        raise LifecycleError("\n".join([f"readFlowSpec: {name} cannot be imported:", *lines])) from error
    return {"spec": document.root}
