"""The plugin: this provider as the Pulumi engine runs it."""

from ._host import main

__all__ = ["main"]
