"""The FlowSpec core: documents as plain values, without clock, network, randomness or Pulumi."""

from ._document import (
    Document,
    Json,
    Object,
    canonical,
    inner_scopes,
    node_ids,
    nodes_of,
    objects,
    read,
    read_canonical,
    scope_of,
    texts,
    workflow_of,
)
from ._fault import Fault, InvalidDocumentError, show_path
from ._ids import actual_ids, rename_ids
from ._meaning import Changes, Edge, changes, depends_of, digest, edge_of, same
from ._near import near
from ._project import clean, leave_out, project
from ._resolve import HOLD_VARIABLES, complete, derive_id, output_of, outputs_of, without_workflow_id
from ._rewrites import restore
from ._rules import RULES, Rule
from ._validate import validate

__all__ = [
    "HOLD_VARIABLES",
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
    "depends_of",
    "derive_id",
    "digest",
    "edge_of",
    "inner_scopes",
    "leave_out",
    "near",
    "node_ids",
    "nodes_of",
    "objects",
    "output_of",
    "outputs_of",
    "project",
    "read",
    "read_canonical",
    "rename_ids",
    "restore",
    "same",
    "scope_of",
    "show_path",
    "texts",
    "validate",
    "without_workflow_id",
    "workflow_of",
]
