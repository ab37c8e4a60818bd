"""The FlowSpec core: documents as plain values, without clock, network, randomness or Pulumi."""

from ._document import (
    Document,
    Json,
    Object,
    canonical,
    node_ids,
    nodes_of,
    read,
    read_canonical,
    texts,
    workflow_of,
)
from ._fault import Fault, InvalidDocumentError, show_path
from ._ids import actual_ids, rename_ids
from ._meaning import Changes, Edge, changes, digest, same
from ._project import clean, leave_out, project
from ._resolve import complete, derive_id, output_of, without_workflow_id
from ._rewrites import restore
from ._rules import RULES, Rule
from ._validate import validate

__all__ = [
    "RULES",
    "Changes",
    "Document",
    "Edge",
    "Fault",
    "InvalidDocumentError",
    "Json",
    "Object",
    "Rule",
    "actual_ids",
    "canonical",
    "changes",
    "clean",
    "complete",
    "derive_id",
    "digest",
    "leave_out",
    "node_ids",
    "nodes_of",
    "output_of",
    "project",
    "read",
    "read_canonical",
    "rename_ids",
    "restore",
    "same",
    "show_path",
    "texts",
    "validate",
    "without_workflow_id",
    "workflow_of",
]
