"""Where something stands in a document: the keys and indices from its root."""

Step = str | int
Path = tuple[Step, ...]


def show_path(path: Path) -> str:
    """A path as people write it: `spec.workflows[0].nodes[1].name`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
