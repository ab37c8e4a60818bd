"""What ends a step of a resource's life early.

* LifecycleError        nothing was done, or nothing that the state has to know
  x RefusedError        doing it would touch what is not ours: the text names the ways out
  x CancelledStepError  the user stopped the run, or the step's time was up, before anything was sent
  x HalfDoneError       something was sent: ``id`` and ``outputs`` belong into the state
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class LifecycleError(Exception):
    """The step failed, and the state stays as it was. The text is for the user."""


class RefusedError(LifecycleError):
    """The step would take over, overwrite or delete what this resource did not make."""


class CancelledStepError(LifecycleError):
    """The user stopped the run, or the step's time was up, while a call was under way."""


class HalfDoneError(LifecycleError):
    """Something was sent to the service, and its end was not seen, or was not what it should be.

    Attributes:
        id: The resource's ID.
        outputs: The resource's outputs as far as they are known, with the pending job while there is one.
        defect: What ended the step, where that is a defect of this provider.
    """

    defect: Exception | None = None

    def __init__(self, message: str, *, id: str, outputs: Mapping[str, Any]) -> None:  # noqa: A002 - Pulumi's term
        super().__init__(message)
        self.id = id
        self.outputs = dict(outputs)
