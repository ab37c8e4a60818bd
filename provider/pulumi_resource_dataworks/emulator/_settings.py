"""A file of settings: which service the emulator is."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator
from pydantic.dataclasses import dataclass

from ._check import STRICT, read
from ._edition import Edition
from ._faults import Fault
from ._jobs import Life
from ._switches import Switches


def _known(switches: Mapping[str, Any]) -> Mapping[str, Any]:
    Switches().but(switches)
    return switches


@dataclass(frozen=True, config=STRICT)
class Settings:
    """What a file says; all of it may be left out.

    Attributes:
        switches: Name to setting.
        faults: The faults to plan.
        job: How jobs live.
        stage: How the stages of pipeline runs live.
        edition: Whose limits hold: None for no limits.
        probe: How a report of `pulumi-dataworks probe` came to its switches; of no effect.
    """

    switches: Annotated[Mapping[str, Any], AfterValidator(_known)] = field(default_factory=dict[str, Any])
    faults: tuple[Fault, ...] = ()
    job: Life | None = None
    stage: Life | None = None
    edition: Literal[Edition, "unchanged"] | None = "unchanged"
    probe: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def from_file(cls, path: str | Path) -> "Settings":
        """Settings from JSON in UTF-8: `{"switches": {...}, "faults": [...], "job": {...}, "edition": "basic"}`.

        Raises:
            OSError: The file cannot be read.
            ValueError: It is no JSON, has a key that is none of these, or a value that a key does not take.
        """
        return read(cls, Path(path).read_bytes())
