"""`pulumi-dataworks probe`: how a real workspace behaves where no public source says so.

It imports, reads and deletes scratch workflows of its own, and determines how some switches of the emulator are set
there. The emulator is an endpoint to it, as DataWorks is: neither imports the other.
"""

from ._command import NOT_TRIED, TABLE, Outcome, clean_up, probe, run
from ._session import Session

__all__ = ["NOT_TRIED", "TABLE", "Outcome", "Session", "clean_up", "probe", "run"]
