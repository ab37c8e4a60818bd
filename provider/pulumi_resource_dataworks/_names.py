"""Names of properties that several rooms need; a program that only declares resources needs no more."""

INPUTS = ("projectId", "spec", "adopt", "dryRun")
DEPLOYMENT_INPUTS = ("projectId", "workflowId", "digest", "description", "approval", "abolishAbandoned")

OF_THE_DOCUMENT = frozenset(
    {"spec", "rewrites", "name", "path", "nodeIds", "nodeOutputs", "actualIds", "ownedNodeIds", "digest"}
)
"""Outputs that tell something of the document: secret where it is."""

OF_THE_DEPLOYMENT = frozenset({"digest", "deployedDigest", "pendingRun"})
"""Outputs of a deployment that tell something of the document: secret where its digest is."""
