"""Why a document is refused or doubted: `rules.toml`, for the page of rules and the tests."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import NamedTuple


class Rule(NamedTuple):
    """One rule.

    Attributes:
        says: What it refuses or doubts.
        because: What is known of the service, or of the vendor's parser, that makes it one.
    """

    says: str
    because: str


_TEXT = resources.files("pulumi_resource_dataworks.flowspec").joinpath("rules.toml").read_text("utf-8")

RULES = {name: Rule(**rule) for name, rule in tomllib.loads(_TEXT).items()}
"""By the name that a problem has."""
