"""A workflow run's inputs and outputs, and the check of what the user wrote."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final, Literal, cast, get_args

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks._names import BOOKKEEPING, WORKFLOW_RUN_INPUTS

from ._check import Checked, project_id_of, read_flag, refuse_unknown_inputs
from ._deployment_state import studio_id_of
from ._step import UnsupportedValue, has_unknown, odd_values

RunType = Literal["SupplementData", "ManualWorkflow", "TriggerWorkflow", "SmokeTest"]
SUCCESS: Final = "Success"
FAILURE: Final = "Failure"
"""The outputs' status where the service says so of all instances, or of one."""
RUNNING: Final = "Running"
"""The same where instances were made, or may have been, and were not seen to their end."""
STOPPED: Final = "Stopped"
"""The same where this resource has stopped them."""
UNKNOWN_END: Final = "Unknown"
"""The same where DataWorks had forgotten the instances before their end was seen."""

OUTPUTS: Final = {
    "name": "runName",
    "status": "status",
    "instance_ids": "instanceIds",
    "started": "started",
    "finished": "finished",
    "node_statuses": "nodeStatuses",
}
"""How Pulumi calls the fields of a state; an output that is empty is left out."""
_OPERATION, _DONE = "operationId", "done"


@dataclass(frozen=True, slots=True)
class WorkflowRunInputs:
    """What check has accepted, as Pulumi keeps it."""

    values: Mapping[str, Any]

    @property
    def project_id(self) -> int:
        """The workspace."""
        return int(self.values["projectId"])

    @property
    def workflow_id(self) -> str:
        """The workflow's ID in Data Studio."""
        return str(self.values["workflowId"])

    @property
    def environment(self) -> Literal["Prod", "Dev"]:
        """Where it runs."""
        return "Dev" if self.values.get("type") == "SmokeTest" else "Prod"

    @property
    def ranges(self) -> list[tuple[date, date]]:
        """The first and the last date of each range of business dates."""
        return [_range(one) for one in self.values.get("businessDates", [])]

    @property
    def dates(self) -> list[date]:
        """The business dates, in the order in which they are to run."""
        found = {
            start + timedelta(days=day) for start, end in self.ranges for day in range((end - start).days + 1)
        }
        return sorted(found, reverse=self.values.get("order") == "Desc")

    @property
    def parallelism(self) -> int:
        """How many dates run at once."""
        return int(self.values.get("parallelism", 1))

    def name(self, urn: str) -> str:
        """What the instances are called: the API has no client token, so a run is recognized by it.

        It says nothing of a secret, but for a digest, as a deployment's mark does.
        """
        asked = json.dumps(
            {
                key: value
                for key, value in self.values.items()
                if key == "digest" or (key != "stopOnCancel" and not flowspec.secrets_of(value))
            },
            sort_keys=True,
        )
        owner, what = (hashlib.sha256(text.encode()).hexdigest() for text in (urn, asked))
        return f"pulumi_{owner[:12]}_{what[:16]}"


@dataclass(frozen=True, slots=True)
class WorkflowRunState:
    """What the outputs hold.

    Attributes:
        inputs: What was asked for.
        name: What the instances are called.
        status: One of those above; empty before the first.
        operation_id: What the service calls the making of the instances; empty where that was lost.
        instance_ids: The workflow instances: one for each business date.
        started: When the first began, in UTC.
        finished: When the last ended.
        node_statuses: How each task ended, by its node's name; one that failed on any date has failed.
        done: The instances of business dates that have succeeded already, where others have not: these alone run again.
    """

    inputs: WorkflowRunInputs
    name: str
    status: str = ""
    operation_id: str = ""
    instance_ids: tuple[str, ...] = ()
    started: str = ""
    finished: str = ""
    node_statuses: Mapping[str, str] = field(default_factory=dict[str, str])
    done: Mapping[str, list[str]] = field(default_factory=dict[str, list[str]])

    @classmethod
    def of(cls, values: Mapping[str, Any], outputs: Mapping[str, Any]) -> WorkflowRunState:
        """Reads inputs that check returned, and outputs that this provider wrote."""
        known: dict[str, Any] = {key: outputs[name] for key, name in OUTPUTS.items() if outputs.get(name)}
        known["instance_ids"] = tuple(known.get("instance_ids", ()))
        kept = cast("Mapping[str, Any]", outputs.get(BOOKKEEPING) or {})
        known |= {"operation_id": kept.get(_OPERATION, ""), "done": kept.get(_DONE, {})}
        inputs = WorkflowRunInputs({key: values[key] for key in WORKFLOW_RUN_INPUTS if key in values})
        return cls(inputs, known.pop("name", ""), **known)

    @property
    def resource_id(self) -> str:
        """The resource's ID: `<projectId>/<runName>`."""
        return f"{self.inputs.project_id}/{self.name}"

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self.status in (SUCCESS, UNKNOWN_END)

    @property
    def is_under_way(self) -> bool:
        """Whether instances are known, or are being made, that have not been seen to their end."""
        return self.status == RUNNING and bool(self.instance_ids or self.operation_id)

    @property
    def may_be_sent(self) -> bool:
        """Whether the call that makes instances was sent, and nothing is known of what it did."""
        return self.status == RUNNING and not self.is_under_way

    @property
    def left(self) -> list[date]:
        """The business dates that have not succeeded, in the order in which they are to run."""
        return [day for day in self.inputs.dates if str(day) not in self.done]

    @property
    def done_ids(self) -> tuple[str, ...]:
        """The instances of the others."""
        return tuple(one for ids in self.done.values() for one in ids)

    @property
    def rest(self) -> str:
        """What runs next, for a message."""
        return f"{len(self.left)} of {len(self.inputs.dates)} dates" if self.done else "all of it"

    def keeping(self, done: Mapping[str, list[str]]) -> WorkflowRunState:
        """The state with more dates that have succeeded; with none where the others make more ranges than a call takes."""
        found = replace(self, done={**self.done, **done})
        return found if len(ranges_of(found.left)) <= _MOST_RANGES else replace(self, done={})

    def to_pulumi(self) -> dict[str, Any]:
        """The outputs as Pulumi keeps them."""
        found = {name: getattr(self, key) for key, name in OUTPUTS.items()}
        found |= {"instanceIds": list(self.instance_ids), "nodeStatuses": dict(self.node_statuses)}
        outputs = {**self.inputs.values, **{key: value for key, value in found.items() if value}}
        kept = {_OPERATION: self.operation_id, _DONE: dict(self.done)}
        return outputs if self.is_over else outputs | {BOOKKEEPING: kept}


# --- Check of a workflow run: from what the user wrote to inputs that everything else can rely on. Makes no call


_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d")
_MOST_RANGES = 7
_FIRST = date(1970, 1, 2)
"""Before it, a business date has no milliseconds."""


def _range(value: str) -> tuple[date, date]:
    first, separator, last = value.partition("/")
    return date.fromisoformat(first), date.fromisoformat(last if separator else first)


def ranges_of(dates: Sequence[date]) -> list[tuple[date, date]]:
    """Dates as ranges, in their order."""
    found: list[tuple[date, date]] = []
    for day in sorted(dates):
        if found and day - found[-1][1] == timedelta(days=1):
            found[-1] = found[-1][0], day
        else:
            found.append((day, day))
    return found


def _is_ranges(value: Any) -> bool:
    try:
        pairs = sorted(_range(one) for one in value)
    except (TypeError, ValueError, AttributeError):
        return False
    return (
        isinstance(value, list)
        and len(pairs) <= _MOST_RANGES
        and all(_FIRST <= first <= last for first, last in pairs)
        and all(one[1] < other[0] for one, other in pairwise(pairs))
    )


def _is_map(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(one, str) for one in cast("dict[str, Any]", value).values()
    )


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one for one in cast("list[Any]", value))


def _is_whole(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


_RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "type": (lambda value: value in get_args(RunType), f"has to be one of {', '.join(get_args(RunType))}"),
    "businessDates": (
        _is_ranges,
        'has to be a list of up to 7 dates or ranges, such as ["2026-11-01", "2026-11-03/2026-11-07"], from the earlier to the later date, with no date twice',
    ),
    **dict.fromkeys(
        ("startTime", "endTime"),
        (lambda value: bool(_TIME.fullmatch(str(value))), "has to be a time of day, such as 08:00:00"),
    ),
    **dict.fromkeys(("parameters", "nodeParameters"), (_is_map, "has to be an object of texts")),
    **dict.fromkeys(("nodes", "excludeNodes"), (_is_names, "has to be a list of names of nodes")),
    "parallelism": (lambda value: _is_whole(value, 10), "has to be a whole number from 1 to 10"),
    "digest": (
        lambda value: isinstance(value, str) and bool(value),
        "has to be the output digest of a definition",
    ),
    "order": (lambda value: value in ("Asc", "Desc"), "has to be Asc or Desc"),
    "priority": (lambda value: _is_whole(value, 11), "has to be a whole number from 1 to 11"),
}
"""The form of each input that has one: a value that is not known yet is not looked at."""


def check_workflow_run(news: Mapping[str, Any]) -> Checked:
    """Validates the inputs."""
    found = Checked()
    refuse_unknown_inputs(news, WORKFLOW_RUN_INPUTS, "workflow run", found)
    found.inputs = {key: news[key] for key in WORKFLOW_RUN_INPUTS if news.get(key) is not None}
    found.inputs |= {
        "projectId": project_id_of(news.get("projectId"), found),
        "workflowId": studio_id_of(news, "workflowId", found),
        **read_flag(news, "stopOnCancel", found),
    }
    found.failures += [
        f"{key} {sentence}."
        for key, (is_right, sentence) in _RULES.items()
        if key in found.inputs and not has_unknown(found.inputs[key]) and not is_right(found.inputs[key])
    ]
    found.failures += _together(found.inputs)
    found.failures += [
        f"{flowspec.show_path(('triggers', *path))} cannot hold {item.what}. Give its text or a hash instead."
        for path, item in odd_values(found.inputs.get("triggers"))
        if isinstance(item, UnsupportedValue)
    ]
    triggers = found.inputs.get("triggers")
    if isinstance(triggers, list) and {} in triggers:
        found.warnings.append(
            "triggers holds an empty object, which Pulumi's SDK for Node.js makes of every Date and BigInt: another one starts no run. "
            "Give its text, such as date.toISOString()."
        )
    return found


def _together(inputs: Mapping[str, Any]) -> Iterator[str]:
    if ("startTime" in inputs) != ("endTime" in inputs):
        yield "startTime and endTime go together: give both, or neither for the whole day."
    if "startTime" in inputs and not inputs.get("businessDates"):
        yield "startTime and endTime are the window of each business date: give businessDates, or leave them out."
    if inputs.get("type") == "SupplementData" and not inputs.get("businessDates"):
        yield 'businessDates is missing. Say which dates to fill in, such as ["2026-11-01/2026-11-07"].'
