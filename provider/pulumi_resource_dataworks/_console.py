"""What the commands that call a workspace share: settings from options and the environment, and progress on standard error."""

from __future__ import annotations

import os
import sys
from argparse import Namespace

from . import openapi
from ._names import printable


class ConsoleReporter:
    """Says what takes time, on standard error."""

    def status(self, message: str) -> None:
        sys.stderr.write(f"{printable(message)}\n")

    info = warning = status


def read_settings(arguments: Namespace) -> openapi.Settings:
    """The settings that `--region` and `--endpoint` give, and the environment where they do not.

    Raises:
        SettingsError: With every problem of them.
    """
    config = {"region": arguments.region, "endpoint": arguments.endpoint}
    return openapi.Settings.from_config(config, os.environ)
