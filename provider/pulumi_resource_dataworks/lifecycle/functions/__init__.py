"""What a program may ask about what it does not own: workspaces, resource groups and workflows, by their exact names.

Knows no front. Every look-up of a run is made once; see `Functions`.
"""

from ._arguments import CheckFailure
from ._functions import FUNCTIONS, Answer, Functions
from ._lookups import Wanted

__all__ = ["FUNCTIONS", "Answer", "CheckFailure", "Functions", "Wanted"]
