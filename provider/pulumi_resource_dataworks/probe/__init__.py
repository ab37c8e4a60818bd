"""`pulumi-dataworks probe`: how a real workspace behaves where no public source tells.

It imports, reads and deletes scratch workflows of its own, and says for each switch of the emulator how it is set there.
The emulator is an endpoint to it, as DataWorks is: neither imports the other. What it can tell, and how, is `TABLE`.
"""

from ._command import run
from ._run import Options, Outcome, Run, clean_up
from ._table import PROBES, TABLE, page

__all__ = ["PROBES", "TABLE", "Options", "Outcome", "Run", "clean_up", "page", "run"]
