"""What an error says of names: which are there, and which looks like the one that is not."""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.lifecycle._context import Context

_SHOWN = 10


def near(context: Context, name: str, known: Iterable[str]) -> str:
    """` Did you mean "x"?`, else which there are, the first of them; nothing for a name that is a secret."""
    names = tuple(dict.fromkeys(one for one in known if one))
    if context.secret:
        return ""
    return f" {flowspec.near(name, names)}".rstrip() or _listed(names)


def _listed(names: tuple[str, ...]) -> str:
    if not names:
        return " There is none at all."
    shown = ", ".join(f'"{name}"' for name in names[:_SHOWN])
    return f" There are {shown}" + (f" and {len(names) - _SHOWN} more." if len(names) > _SHOWN else ".")
