"""What the operations answer, as far as we use it.

The wire is uneven, so every reader here is lenient: IDs come as JSON numbers or as strings, ``Completed`` as a
boolean or as "True"/"False", times and page numbers as either (DataWorks OpenAPI 2024-05-18 and logged answers).
One thing is refused: an ID that is a float has lost digits already.
"""

import json
import re
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_pascal

from ._words import Free, Label, Text, Words, label, text_of

_WHOLE = re.compile(r"-?[0-9]{1,18}")
_STATUSES = {"running": "Running", "success": "Success", "fail": "Fail", "cancel": "Cancel"}

_MAY_HOLD_HALVES = re.compile(rb"\\u[dD]|\xed[\xa0-\xbf]")
_LONGEST_ID = 1_000
"""One that is longer would fit into no address of a request, and one of megabytes into no state."""


def parse_json(text: bytes | str) -> Any:
    """Return what JSON says; half of a surrogate pair, which no message of gRPC can hold, becomes U+FFFD.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested too deeply.
    """
    found = json.loads(text)  # whole numbers of any size stay whole
    if not _MAY_HOLD_HALVES.search(text if isinstance(text, bytes) else text.encode(errors="surrogatepass")):
        return found
    units = json.dumps(found, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
    return json.loads(units.decode("utf-16-le", "replace"))


def _identifier(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str | int) and not isinstance(value, bool):
        text = str(value).strip()
        if len(text) <= _LONGEST_ID:
            return text
        msg = f"an ID of {len(text):,} characters"
    else:
        msg = f"an ID is a string or a whole number, not {type(value).__name__}"
    raise ValueError(msg)


def _scheduling_id(value: Any) -> str | None:
    """None for a zero, too: the SDK has a whole number here, and what an unpublished workflow's is, is not documented."""
    found = _identifier(value)
    return found if found.strip("0") else None


def _document(value: Any) -> str:
    """JSON within JSON, whose escapes may hide halves of surrogate pairs once more."""
    text = text_of(value)
    try:
        return json.dumps(parse_json(text), ensure_ascii=False) if "\\ud" in text.lower() else text
    except (ValueError, RecursionError):
        return text


def _integer(value: Any) -> int | None:
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value.strip()) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _boolean(value: Any) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def _status(value: Any) -> str:
    text = text_of(value).strip()
    return _STATUSES.get(text.lower()) or label(text)


Identifier = Annotated[str, BeforeValidator(_identifier)]
DocumentText = Annotated[str, BeforeValidator(_document)]
Integer = Annotated[int | None, BeforeValidator(_integer)]
Boolean = Annotated[bool | None, BeforeValidator(_boolean)]
Status = Annotated[str, BeforeValidator(_status)]
SchedulingId = Annotated[str | None, BeforeValidator(_scheduling_id)]
A = TypeVar("A")
Items = Annotated[list[A], BeforeValidator(lambda value: [] if value is None else value)]


class Answer(BaseModel):
    """What each of them has in common. Times are in milliseconds since 1970; None is what an answer does not say."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_pascal, populate_by_name=True)


class AsyncJob(Answer):
    """The job that an import began; that it began says nothing about how it will end."""

    id: Identifier = Field(min_length=1)
    workflow_id: Identifier = Field(default="", validation_alias="Response")
    """Known from the first answer, for creates too; "" where it is missing."""
    status: Status = ""
    progress: Integer = None
    """0 to 100."""
    error: Free = Words()
    """Why it failed, or ""."""
    request_id: Label = ""
    create_time: Integer = None


class JobStatus(Answer):
    """How a job stands. ``status`` decides; ``completed`` only where there is no known status."""

    job_id: Identifier = ""
    status: Status = ""
    """"Running", "Success", "Fail" or "Cancel" (or a word that we do not know)."""
    completed: Boolean = None
    error: Free = Words()
    """Why it failed, or ""."""
    job_type: Label = ""
    """"Create", "Update" or "Cancel"; logged updates say "Create", so do not rely on it."""
    request_id: Label = ""

    @property
    def is_of_no_job(self) -> bool:
        """Whether this says that there is no such job: the documentation's sample has "Not Found" as an error."""
        return self.status == "Fail" and self.error.raw.strip(" .").casefold() == "not found"

    @property
    def ended(self) -> bool:
        if self.status in _STATUSES.values():
            return self.status != "Running"
        return self.completed is True

    @property
    def succeeded(self) -> bool:
        """Whether the job ended well. A word that we do not know is not a success."""
        return self.status == "Success" or (not self.status and self.completed is True and not self.error)


class WorkflowDefinition(Answer):
    """A workflow as the service holds it."""

    id: Identifier = ""
    """In Data Studio."""
    name: Text = ""
    owner: Text = ""
    """A user ID."""
    project_id: Integer = None
    create_time: Integer = None
    modify_time: Integer = None
    spec: DocumentText = ""
    """FlowSpec as JSON text, as read back: reordered and with fields that the service adds."""
    workflow_id: SchedulingId = None
    """Its ID on the scheduling side, which it has once it was published."""
    request_id: Label = ""


class Item(Answer):
    """Something that a list holds once, by its ID."""

    id: Identifier


class WorkflowSummary(Item):
    """A line of a list."""

    LISTED_KINDS: ClassVar[tuple[str, ...]] = ("CycleWorkflow", "ManualWorkflow")
    """The kinds that ListWorkflowDefinitions documents; whether it sees a TriggerWorkflow is unknown."""
    name: Text = ""
    path: Text = Field(default="", validation_alias=AliasPath("Script", "Path"))
    """With the name; "" where the service leaves it out."""
    kind: Text = Field(default="", validation_alias="Type")
    """One of LISTED_KINDS."""
    owner: Text = ""
    modify_time: Integer = None
    """Whether every edit of a node changes it is unknown."""
