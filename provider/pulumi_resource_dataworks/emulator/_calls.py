"""What all operations are made of: each is a class that is made of a call's parameters, which are text on the wire."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Final, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, Json, ValidationError
from pydantic.alias_generators import to_pascal

from ._answers import JsonObject, ServiceError, missing
from ._state import ServiceState

Parameters = Mapping[str, str]
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

    def answered(self, state: ServiceState) -> JsonObject:
        """As `answer`, in a workspace that is there where one is named."""
        project_id: int | None = getattr(self, "project_id", None)
        if project_id is not None:
            state.project(project_id)
        return self.answer(state)

    def answer(self, state: ServiceState) -> JsonObject:
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
