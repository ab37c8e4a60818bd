"""`pulumi-dataworks export`: what a workspace holds as a Pulumi program."""

from ._command import run

__all__ = ["run"]
