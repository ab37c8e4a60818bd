"""Texts of a service or a document as they may leave this program."""


def printable(text: str, *, lines: bool = False) -> str:
    """A text without what a terminal obeys, such as escape sequences and characters that turn its direction.

    Nor is there what Pulumi's CLI obeys in a message: it colours by what stands between `<{%` and `%}>`, and ends with a
    panic of its own where it knows no such colour (3.276, sdk/go/common/diag/colors).

    Args:
        text: The text.
        lines: Whether its line breaks stay.
    """
    if not text.isprintable():
        text = "".join(
            letter
            if letter.isprintable() or (lines and letter == "\n")
            else letter.encode("unicode_escape").decode("ascii")
            for letter in text
        )
    return text.replace("<{%", "<{ %")
