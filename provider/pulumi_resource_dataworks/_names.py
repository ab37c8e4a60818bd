"""Names of properties that several packages need; a program that only declares resources needs no more."""

INPUTS = ("projectId", "spec", "adopt", "validateOnPreview")
DEPLOYMENT_INPUTS = ("projectId", "workflowId", "digest", "description", "approval", "abolishAbandoned")

BOOKKEEPING = "__state"
"""The output that holds what the provider keeps for itself. The CLI shows no name that begins with `__`."""

PLACE = "__place"
"""The output that says in which region, and at which host, a resource was made."""

OF_THE_DOCUMENT = frozenset({"spec", "name", "path", "nodeIds", "nodeOutputs", "digest", BOOKKEEPING})
"""Outputs that say something of the document: secret where it is."""

OF_THE_DEPLOYMENT = frozenset({"digest", "deployedDigest", "pendingRun"})
"""Outputs of a deployment that say something of the document: secret where its digest is."""
