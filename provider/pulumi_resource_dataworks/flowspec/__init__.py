"""The FlowSpec core: documents as plain values, without clock, network, randomness or Pulumi."""

from ._authored import ChangeKind, arranged, authored, differences, show_property
from ._control import folded, watched_outputs
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
    workflow_of,
)
from ._drift import drifted
from ._fault import Fault, InvalidDocumentError, show_path
from ._ids import actual_ids, rename_ids
from ._left_out import LeftOut, changed_since, left_out, with_fields
from ._meaning import Changes, Edge, changes, depends_of, digest, edge_of, same
from ._near import near
from ._project import clean, leave_out, project
from ._resolve import (
    HOLD_VARIABLES,
    complete,
    derive_id,
    is_derived,
    main_outputs,
    output_of,
    outputs_of,
    path_of,
    without_workflow_id,
)
from ._rewrites import restore
from ._rules import RULES, Rule
from ._secret import hides_names, is_secret, secret, secret_paths, secret_where_new, secrets_of
from ._short import dependencies_of, references, scopes, short
from ._validate import validate

__all__ = [
    "HOLD_VARIABLES",
    "RULES",
    "ChangeKind",
    "Changes",
    "Document",
    "Edge",
    "Fault",
    "InvalidDocumentError",
    "Json",
    "LeftOut",
    "Object",
    "Rule",
    "actual_ids",
    "arranged",
    "authored",
    "canonical",
    "changed_since",
    "changes",
    "clean",
    "complete",
    "dependencies_of",
    "depends_of",
    "derive_id",
    "differences",
    "digest",
    "drifted",
    "edge_of",
    "folded",
    "hides_names",
    "inner_scopes",
    "is_derived",
    "is_secret",
    "leave_out",
    "left_out",
    "main_outputs",
    "near",
    "node_ids",
    "nodes_of",
    "objects",
    "output_of",
    "outputs_of",
    "path_of",
    "project",
    "read",
    "read_canonical",
    "references",
    "rename_ids",
    "restore",
    "same",
    "scope_of",
    "scopes",
    "secret",
    "secret_paths",
    "secret_where_new",
    "secrets_of",
    "short",
    "show_path",
    "show_property",
    "validate",
    "watched_outputs",
    "with_fields",
    "without_workflow_id",
    "workflow_of",
]
