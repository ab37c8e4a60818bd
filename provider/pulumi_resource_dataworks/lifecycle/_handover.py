"""Workflows that another resource of the same run has taken over, perhaps in another process of this provider.

Where a resource is renamed without an alias and gets another provider too, the engine creates it in one process and deletes
the old one in another: that delete must leave the workflow alone. The two share nothing but the engine's address.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

_STARTED = time.time()


@dataclass(slots=True)
class Handover:
    """What has changed hands in a run of the engine.

    Args:
        run: What only the processes of one run share; nothing is kept or known where it is empty.
    """

    run: str = ""
    _file: Path = field(init=False)

    def __post_init__(self) -> None:
        name = hashlib.sha256(self.run.encode()).hexdigest()[:16]
        self._file = Path(tempfile.gettempdir()) / f"pulumi-dataworks-{name}"

    def note(self, workflow: tuple[int, str]) -> None:
        """Notes a workflow that a resource has taken over."""
        if self.run:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(f"{workflow}\n")

    def holds(self, workflow: tuple[int, str]) -> bool:
        """Whether a resource of this run has taken it over. A file from before this process is that of an earlier run."""
        if not self.run or not self._file.exists() or self._file.stat().st_mtime < _STARTED:
            return False
        return f"{workflow}" in self._file.read_text("utf-8").splitlines()
