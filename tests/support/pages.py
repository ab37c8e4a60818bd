"""The repository's pages in Markdown: their links, headings and code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.support.repository import REPO

NOT_OURS = {".git", ".venv", ".venv-plugin", "node_modules", "build", "dist"}


@dataclass(frozen=True)
class Block:
    """A fenced code block.

    Attributes:
        page: Where it stands.
        line: Its first line in the page.
        language: What stands behind the fence; may be empty.
        text: The code.
    """

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(REPO)}:{self.line}"


@cache
def pages() -> list[Path]:
    """Every page, generated ones included."""
    found = (path for path in REPO.rglob("*.md") if not NOT_OURS & set(path.relative_to(REPO).parts))
    return sorted(path for path in found if not any(part.startswith(".pytest") for part in path.parts))


def blocks(*languages: str) -> list[Block]:
    """The code blocks of all pages in these languages."""
    return [
        Block(page, token.map[0] + 2, token.info.strip(), token.content)
        for page in pages()
        for token in _tokens(page)
        if token.type == "fence" and token.map and token.info.strip() in languages
    ]


def spans() -> list[tuple[Path, str]]:
    """What stands between single backticks, in all pages."""
    return [
        (page, token.content) for page in pages() for token in _inline(page) if token.type == "code_inline"
    ]


def sentences(page: Path) -> Iterator[str]:
    """The sentences of a page's paragraphs, headings and table cells, with one word in place of each code span."""
    for token in _tokens(page):
        if token.type == "inline":
            parts = (
                "code"
                if one.type == "code_inline"
                else one.content
                if one.type == "text"
                else " " * one.type.endswith("break")
                for one in token.children or ()
            )
            yield from re.split(r"(?<=[.!?])\s+", "".join(parts))


def links(page: Path) -> list[str]:
    """Where a page's links go, as it writes them."""
    return [str(token.attrs["href"]) for token in _inline(page) if token.type == "link_open"]


def headings(page: Path) -> list[str]:
    """The headings of a page, as text with backticks."""
    tokens = _tokens(page)
    return [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]


@cache
def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found: set[str] = set()
    for heading in headings(page):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        base = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        again = (f"{base}-{number}" for number in range(1, 100))
        found.add(base if base not in found else next(one for one in again if one not in found))
    return found


@cache
def _tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text("utf-8"))


def _inline(page: Path) -> Iterator[Token]:
    for token in _tokens(page):
        yield from token.children or ()
