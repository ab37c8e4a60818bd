"""Check of a workflow deployment: from what the user wrote to inputs that everything else can rely on. Makes no call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pulumi_resource_dataworks._names import DEPLOYMENT_INPUTS

from ._check import Checked, project_id_of, read_flag, refuse_unknown_inputs
from ._values import UNKNOWN, Unknown

_DIGEST = re.compile(r"1:[0-9a-f]{64}")


def check_deployment(news: Mapping[str, Any], olds: Mapping[str, Any] | None) -> Checked:
    """Validates the inputs.

    Args:
        news: What the user wrote; it may hold unknown values.
        olds: The inputs of the last run: under `ignoreChanges`, what a refresh has put there comes again.
    """
    found = Checked()
    refuse_unknown_inputs(news, DEPLOYMENT_INPUTS, "workflow deployment", found)
    found.inputs = {
        "projectId": project_id_of(news.get("projectId"), found),
        "workflowId": _workflow_id(news.get("workflowId"), found),
        "digest": _digest(news.get("digest"), (olds or {}).get("digest"), found),
        **_description(news.get("description"), found),
        **_approval(news.get("approval"), found),
        **read_flag(news, "abolishAbandoned", found),
    }
    return found


def _workflow_id(value: Any, found: Checked) -> str | Unknown | None:
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, str) and value.strip() and "/" not in value:
        return value.strip()
    what = "is missing" if value is None or value == "" else "has to be text"
    found.failures.append(
        f"workflowId {what}. Give the output workflowId of a WorkflowDefinition, or an ID of Data Studio in quotes."
    )
    return None


def _digest(value: Any, old: Any, found: Checked) -> str | Unknown | None:
    if isinstance(value, Unknown) or (isinstance(value, str) and (_DIGEST.fullmatch(value) or value == old)):
        return value
    what = "is missing" if value in (None, "") else 'has to be a digest ("1:" and 64 hexadecimal digits)'
    found.failures.append(
        f"digest {what}. Give the output digest of the WorkflowDefinition: a new one deploys the workflow again."
    )
    return None


def _description(value: Any, found: Checked) -> dict[str, Any]:
    if value is None or value == "":
        return {}
    if not isinstance(value, str | Unknown):
        found.failures.append("description has to be text.")
    return {"description": value}


def _approval(value: Any, found: Checked) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Unknown) and value not in ("wait", "fail"):
        found.failures.append(
            'approval has to be "wait" (for somebody to pass the stage) or "fail" (with what is to be passed).'
        )
    return {"approval": value}
