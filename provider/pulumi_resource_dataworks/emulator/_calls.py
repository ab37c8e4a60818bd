"""What all operations are made of: the JSON of a call, its parameters, and the error that it may be answered with."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Self, TypeAlias, TypeGuard, TypeVar

from pydantic import BaseModel, ConfigDict, Field, Json, TypeAdapter, ValidationError
from pydantic.alias_generators import to_pascal
from pydantic_core import ErrorDetails

if TYPE_CHECKING:
    from ._state import ServiceState

T = TypeVar("T")
JsonObject: TypeAlias = dict[str, Any]
Parameters = Mapping[str, str]

# --- JSON


STRICT: Final = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=True)
"""No other key, and no value that has to be converted."""


def is_object(value: Any) -> TypeGuard[JsonObject]:
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def each_object(value: Any, change: Callable[[JsonObject], JsonObject]) -> Any:
    """The same JSON with every object in it changed, inner ones first."""
    if is_list(value):
        return [each_object(item, change) for item in value]
    if is_object(value):
        return change({key: each_object(item, change) for key, item in value.items()})
    return value


def read(kind: type[T], given: bytes | str) -> T:
    """A JSON text as an object of a class.

    Raises:
        ValueError: It is not JSON, has a key that the class does not have, or a value that a key does not take; names the
            key and what it takes.
    """
    return _read(TypeAdapter(kind), given)


def called(function: Any, given: bytes) -> Any:
    """The result of a function whose arguments are the keys of a JSON object; raises ValueError as `read` does."""
    read(JsonObject, given)
    return _read(TypeAdapter(function, config=STRICT), given)


def _read(adapter: TypeAdapter[T], given: bytes | str) -> T:
    try:
        return adapter.validate_json(given)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        raise ValueError("; ".join(map(_problem, problems))) from None


def _problem(problem: ErrorDetails) -> str:
    is_unknown = problem["type"] in {"unexpected_keyword_argument", "extra_forbidden"}
    message = "there is no such key" if is_unknown else problem["msg"].removeprefix("Value error, ")
    return ": ".join(filter(None, (".".join(map(str, problem["loc"])), message)))


# --- What the service answers instead of a result
#
# A code is words (`SignatureDoesNotMatch`) where it comes from the gateway that all Alibaba Cloud products share, and a number
# (`58014884415`) where it comes from DataWorks itself.


SPEC_PARSE_FAILED: Final = "58014884415"
"""Spec JSON parse failed (aliyun/alibabacloud-aiops-skills, troubleshooting)."""

PROJECT_NOT_FOUND: Final = "1101080008"
"""What terraform-provider-alicloud takes for a missing project; on these operations unknown, as is its status."""

NO_MEMBER: Final = "400010"
"""What terraform-provider-alicloud takes for a caller who does not belong to the tenant; its status is 403."""

REFUSED: Final = "Emulator.UnknownCode"
"""Stands for every business refusal whose number is unknown, so that no client comes to rely on one."""


class ServiceError(Exception):
    """An answer in the error envelope; `denial` is its `AccessDeniedDetail`."""

    def __init__(self, status: int, code: str, message: str, denial: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.denial = denial


def refused(message: str) -> ServiceError:
    return ServiceError(400, REFUSED, message)


def no_project(project_id: int) -> ServiceError:
    return ServiceError(403, PROJECT_NOT_FOUND, f"Project {project_id} does not exist.")


def missing(parameter: str) -> ServiceError:
    """A required parameter is absent, or stands where the operation does not look for it."""
    return ServiceError(400, f"Missing{parameter}", f"{parameter} is mandatory for this action.")


# --- The operations: each a class that is made of a call's parameters, which are text on the wire


OPERATIONS: Final[dict[str, type["Operation"]]] = {}
VERSION: Final = "2024-05-18"
Texts: TypeAlias = Json[tuple[str, ...]]


class Given(BaseModel):
    """An object that a caller gives, its fields in the spelling of the API."""

    model_config = ConfigDict(
        alias_generator=to_pascal, coerce_numbers_to_str=True, frozen=True, extra="allow"
    )


class Operation(Given):
    """One operation of the API, named as its class, with the parameters that it knows as fields.

    A class gives its HTTP method, and where they are not the usual ones, the `version` of its API and the name of the
    parameter that is `in_query` though it is a POST ("*" for all of them).
    """

    method: ClassVar[str]
    version: ClassVar[str]
    in_query: ClassVar[str]

    page_number: int = 1
    page_size: Annotated[int, Field(ge=1, le=100)] = 10

    def __init_subclass__(
        cls, method: str = "", version: str = VERSION, in_query: str = "", **_: Any
    ) -> None:
        if method:
            cls.method, cls.version = method, version
            cls.in_query = "*" if method == "GET" else in_query
            OPERATIONS[cls.__name__] = cls

    @classmethod
    def of(cls, query: Parameters, form: Parameters) -> Self:
        """The call with these parameters; ServiceError where one is missing, elsewhere, or has a wrong form."""
        try:
            return cls.model_validate(cls.sent(query, form))
        except ValidationError as error:
            problem = min(error.errors(), key=lambda each: each["type"] != "missing")
            name = str(problem["loc"][0])
            if problem["type"] == "missing" and len(problem["loc"]) == 1:
                raise missing(name) from None
            raise ServiceError(400, f"Invalid{name}", f"{name}: {problem['msg']}.") from None

    @classmethod
    def sent(cls, query: Parameters, form: Parameters) -> Parameters:
        """The parameters from where the operation looks for each."""
        if cls.in_query == "*":
            return query
        there = {name: item for name, item in query.items() if name == cls.in_query}
        return {**{name: item for name, item in form.items() if name != cls.in_query}, **there}

    def answered(self, state: "ServiceState") -> JsonObject:
        """As `answer`, in a workspace that is there where one is named."""
        project_id: int | None = getattr(self, "project_id", None)
        if project_id is not None:
            state.project(project_id)
        return self.answer(state)

    def answer(self, state: "ServiceState") -> JsonObject:
        """What is answered to `state.account`, without RequestId; ServiceError for a refusal."""
        raise NotImplementedError

    @cached_property
    def _given(self) -> JsonObject:
        return self.model_dump(by_alias=True, exclude_none=True)

    def fits(self, one: JsonObject) -> bool:
        """Whether what is said of something is what parameters of the same names ask for; a name may be part of its name."""
        given = self._given
        is_called = str(given.get("Name", "")) in one.get("Name", "")
        asked = one.keys() & given.keys() - {"Name"}
        return is_called and all(str(one[key]).casefold() == str(given[key]).casefold() for key in asked)

    def page(self, name: str, every: Iterable[JsonObject]) -> dict[str, JsonObject]:
        """An answer with the page that is asked for under `name`, of what fits the parameters."""
        found, number, size = list(filter(self.fits, every)), self.page_number, self.page_size
        page = found[(number - 1) * size : number * size]
        return {"PagingInfo": {"PageNumber": number, "PageSize": size, "TotalCount": len(found), name: page}}
