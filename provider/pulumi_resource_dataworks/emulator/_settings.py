"""A file of settings: which service the emulator is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict

from ._check import checked
from ._edition import Edition
from ._faults import Fault
from ._jobs import Life
from ._switches import Switches


class _File(TypedDict):
    switches: dict[str, Any]
    faults: list[Any]
    job: dict[str, Any]
    stage: dict[str, Any]
    edition: Edition | None
    probe: dict[str, Any]  # how a report of `pulumi-dataworks probe` came to its switches; of no effect


@dataclass(frozen=True)
class Settings:
    """What a file says; all of it may be left out.

    Attributes:
        switches: Name to setting.
        faults: The faults to plan.
        job: How jobs live.
        stage: How the stages of pipeline runs live.
        edition: Whose limits hold; None for no limits.
        has_edition: Whether the file names an edition, or none.
    """

    switches: Mapping[str, Any] = field(default_factory=dict[str, Any])
    faults: tuple[Fault, ...] = ()
    job: Life | None = None
    stage: Life | None = None
    edition: Edition | None = None
    has_edition: bool = False

    @classmethod
    def from_json(cls, value: Any) -> "Settings":
        """Settings from JSON: `{"switches": {...}, "faults": [...], "job": {...}, "edition": "basic"}`.

        Raises:
            ValueError: A key that is none of these, or a value that it does not take; says which there are.
        """
        given = checked(_File, "key", value)
        faults: list[Any] = given.get("faults", [])
        Switches().but(given.get("switches", {}))
        return cls(
            switches=given.get("switches", {}),
            faults=tuple(Fault.from_json(fault) for fault in faults),
            job=Life.from_json(given["job"]) if "job" in given else None,
            stage=Life.from_json(given["stage"]) if "stage" in given else None,
            edition=given.get("edition"),
            has_edition="edition" in given,
        )

    @classmethod
    def from_file(cls, path: str | Path) -> "Settings":
        """Settings from a file of that JSON in UTF-8.

        Raises:
            OSError: The file cannot be read.
            ValueError: It is no JSON, or not the JSON that is wanted.
        """
        return cls.from_json(json.loads(Path(path).read_text(encoding="utf-8")))
