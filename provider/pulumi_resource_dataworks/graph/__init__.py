"""`pulumi-dataworks graph`: a workflow as a picture, and what changes between two documents in colour.

picture = picture_of(document)             # or picture_of(after, before)
text = mermaid(picture)                    # for a pull request; needs nothing
text = svg(picture)                        # needs the extra `graph`
"""

from ._command import run
from ._mermaid import mermaid
from ._outline import picture_of
from ._svg import svg

__all__ = ["mermaid", "picture_of", "run", "svg"]
