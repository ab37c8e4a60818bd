"""Everything that this package raises.

* DataWorksError: SettingsError, CredentialsError, RequestNotSent, and
    * AnswerLost: UnreadableAnswer
    * ServiceError: AuthenticationError, PermissionDeniedError, WrongEndpointError, ThrottledError, QuotaExhaustedError,
      ProjectNotFoundError, NotFoundError, ServiceUnavailableError
    * JobWaitError: JobWaitTimeout, JobWaitCancelled, JobForgotten
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ._words import Words, are_withheld, label

NONCE_USED = "SignatureNonceUsed"
DAY_USED_UP = "Throttling.Api.Risk"
TRY_LATER = "Forbidden.Access"
"""The DataWorks codes page: "try again later"."""
TRANSIENT_STATUSES = frozenset({408, 500, 502, 503, 504})


class DataWorksError(Exception):
    """Base of every error of this package.

    Attributes:
        transient: Whether the same call may well succeed a little later.
    """

    transient: bool = False


@dataclass(frozen=True)
class SettingProblem:
    """One fault in the configuration.

    Attributes:
        key: The setting as its user writes it, such as ``dataworks:region``.
        message: What is wrong and what to do, in a sentence. Never holds a secret.
    """

    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.key}: {self.message}"


class SettingsError(DataWorksError):
    """The configuration cannot be used; ``problems`` has every fault, not only the first."""

    def __init__(self, problems: Sequence[SettingProblem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class CredentialsError(DataWorksError):
    """No usable key pair. The text says what was tried and which settings give one."""


class RequestNotSent(DataWorksError):  # noqa: N818 - a state of affairs, named as the caller reads it
    """No connection could be made (name, network, TLS, proxy): the service has surely not seen the request.

    Not transient is what another try cannot cure, such as a certificate.
    """

    def __init__(self, message: str, *, action: str, transient: bool = True) -> None:
        self.action = action
        self.transient = transient
        super().__init__(message)


class AnswerLost(DataWorksError):  # noqa: N818 - as above
    """The request was sent, and no answer says whether it took effect: look before you send it again.

    ``action`` is the operation, ``status`` the HTTP status, if there was one.
    """

    transient = True

    def __init__(self, message: str, *, action: str, status: int | None = None) -> None:
        self.action = action
        self.status = status
        super().__init__(message)


class UnreadableAnswer(AnswerLost):
    """An answer that is not DataWorks' own: a proxy's page, another service's JSON, or a shape we do not know.

    Transient only with a status that stands for a passing fault.
    """

    def __init__(self, message: str, *, action: str, status: int | None = None) -> None:
        super().__init__(message, action=action, status=status)
        self.transient = status == 429 or status in TRANSIENT_STATUSES


_ECHO = re.compile(r"\b(?:server|the) (?:canonical request|string to sign)\b", re.IGNORECASE)


def _without_echo(message: str) -> str:
    """A message without the request that the gateway repeats where a signature does not match: only we could use it."""
    echo = _ECHO.search(message)
    return message[: echo.start()].rstrip(" .,:;") if echo else message


class ServiceError(DataWorksError):
    """The service refused, in its error envelope (``RequestId``, ``Code``, ``Message``, ``Recommend``).

    Attributes:
        code: Such as ``InvalidAccessKeyId.NotFound``; a business error of this API version has a number
            (``9990020002``). Empty where a 200 says ``Success: false`` and no more.
        message: The service's text, often Chinese.
        request_id: What Alibaba Cloud's support asks for.
        recommend: A link or advice of the service's own.
        facts: More of what the answer says, each a name and its value.
        lead: What happened and what to do, where that is known better than from the service's text: it comes first.
        after_lost_answer: An earlier try of the same call may have taken effect.
    """

    _says_whether_it_exists = True
    _lasts = False

    def __init__(  # noqa: PLR0913 - the envelope's fields
        self,
        message: str,
        *,
        code: str,
        status: int,
        action: str,
        request_id: str = "",
        recommend: str = "",
        facts: Sequence[str] = (),
        lead: str = "",
    ) -> None:
        self.code = code
        self.message = Words(_without_echo(message))
        self.status = status
        self.action = action
        self.request_id = label(request_id)
        self.recommend = Words(recommend)
        self.facts = facts
        self.lead = lead
        self.after_lost_answer = False
        super().__init__()

    def __str__(self) -> str:
        """One line for a person, without the service's words where they are withheld."""
        more = [f"recommendation: {self.recommend}" if self.recommend else "", self.action, *self.facts]
        facts = [
            f"code {label(self.code)}" if self.code else f"HTTP {self.status}",
            f"request ID {self.request_id}" if self.request_id else "",
            *([self.action] if are_withheld() else more),
        ]
        line = (
            f"{self.message or 'The service gave no reason.'} ({'; '.join(fact for fact in facts if fact)})"
        )
        return f"{self.lead}. DataWorks says: {line}" if self.lead else line

    @property
    def is_ambiguous_client_error(self) -> bool:
        """Whether this may be the service's way to say "no such thing".

        The not-found codes of workflow operations are not published, so any 4xx (or business code on another
        status) that is neither about key, permission, endpoint nor rate may be one: confirm by a List.
        """
        return self._says_whether_it_exists and (self.status < 500 or self.code.isdigit())

    @property
    def is_definite(self) -> bool:
        """Whether the answer stays what it is until somebody changes a setting, a permission or the workspace."""
        return self._lasts and self.code not in {NONCE_USED, TRY_LATER}


class _LastingError(ServiceError):
    """One that another call would meet too."""

    _says_whether_it_exists = False
    _lasts = True


class AuthenticationError(_LastingError):
    """The key pair, its signature, its token or the clock was refused."""


class PermissionDeniedError(_LastingError):
    """The key is known, and may not do this."""


class WrongEndpointError(_LastingError):
    """The host answered and does not offer this operation: a wrong region or endpoint."""


class ProjectNotFoundError(_LastingError):
    """The workspace is unknown here; by far more often a wrong region or ID than a deleted workspace."""


class ThrottledError(ServiceError):
    """Too many calls; the service did not process this one. ``retry_after``: the seconds that it asks to wait, or None."""

    _says_whether_it_exists = False
    transient = True
    retry_after: float | None = None


class QuotaExhaustedError(ServiceError):
    """The day's calls or the edition's quota are used up: waiting seconds does not help."""

    _says_whether_it_exists = False

    @property
    def is_daily(self) -> bool:
        """Whether it is the day's calls: then no operation is of use any more."""
        return self.code == DAY_USED_UP

    def again(self) -> "QuotaExhaustedError":
        """The same for another task, without words that the running task may not show."""
        return QuotaExhaustedError(
            str(self.message),
            code=self.code,
            status=self.status,
            action=self.action,
            request_id=self.request_id,
            recommend=str(self.recommend),
            lead=self.lead,
        )


class NotFoundError(ServiceError):
    """The workflow or job is unknown, as far as the answer's code, status or text shows."""


class ServiceUnavailableError(ServiceError):
    """The service failed on its own account; after a 5xx, whether the request took effect is unknown."""

    _says_whether_it_exists = False
    transient = True


class JobWaitError(DataWorksError):
    """The wait for the job ``job_id``, which may still be running, ended after ``elapsed`` seconds, before the job did."""

    def __init__(self, message: str, *, job_id: str, elapsed: float) -> None:
        self.job_id = job_id
        self.elapsed = elapsed
        super().__init__(message)


class JobWaitTimeout(JobWaitError):  # noqa: N818 - as above
    """The time allowed is over, and the job is not."""


class JobWaitCancelled(JobWaitError):  # noqa: N818 - as above
    """Someone asked to stop; the job goes on without us."""


class JobForgotten(JobWaitError):  # noqa: N818 - as above
    """The service does not know the job (any more), so its end cannot be learnt from it."""
