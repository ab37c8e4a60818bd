"""Names of a workflow definition's properties that several rooms need; a program that only declares resources needs no more."""

INPUTS = ("projectId", "spec", "adopt", "dryRun")

OF_THE_DOCUMENT = frozenset(
    {"spec", "rewrites", "name", "path", "nodeIds", "nodeOutputs", "actualIds", "ownedNodeIds", "digest"}
)
"""Outputs that tell something of the document: secret where it is."""
