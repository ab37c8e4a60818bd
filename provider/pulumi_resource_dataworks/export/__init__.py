"""`pulumi-dataworks export`: the workflows of a workspace as a Pulumi program."""

from ._command import run

__all__ = ["run"]
