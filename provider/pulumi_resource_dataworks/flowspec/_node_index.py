"""What a dependency may call a node: its ID, its name, or one of its outputs."""

from __future__ import annotations

from dataclasses import dataclass

from ._comparison import named_fields
from ._control_nodes import arm_outputs
from ._document import scope_of
from ._values import Json, Object, objects, part


@dataclass(frozen=True, slots=True)
class NodeIndex:
    """The nodes of one scope by all that a dependency may call them.

    Attributes:
        words: By ID, name and output; an ID goes before a name, and a name before an output.
        names: By name.
        outputs: By output.
    """

    words: dict[str, Object]
    names: dict[str, Object]
    outputs: dict[str, Object]

    @classmethod
    def of(cls, owner: Object) -> NodeIndex:
        """The index of a workflow's or controller's own nodes."""
        ids: dict[str, Object] = {}
        names: dict[str, Object] = {}
        outputs: dict[str, Object] = {}
        for node in scope_of(owner):
            ids.setdefault(str(node.get("id") or ""), node)
            names.setdefault(str(node.get("name") or ""), node)
            for output in outputs_of(node):
                outputs.setdefault(output, node)
        for known in (ids, names, outputs):
            known.pop("", None)
        return cls({**outputs, **names, **ids}, names, outputs)

    def find(self, word: Json) -> Object | None:
        """The node that a word means."""
        return self.words.get(str(word or ""))

    def output(self, word: Json) -> str | None:
        """The output that a word means where it names a node here; None where it is somebody else's."""
        text = str(word)
        if text in self.outputs:
            return text
        node = self.find(word)
        return None if node is None else output_of(node)


def entries_of(owner: Object, node: Object, index: NodeIndex) -> list[Object]:
    """The entries of a workflow's or control node's `dependencies` and `flow` that are of a node."""
    entries = objects(owner.get("dependencies")) + objects(owner.get("flow"))
    return [entry for entry in entries if index.find(entry.get("nodeId")) is node]


def output_of(node: Object) -> str:
    """What a dependency names to depend on this node: the output that is its ID, else the first by the alphabet.

    Outputs are a set, so their order decides nothing. The arms of a branch are none of the node as a whole.
    """
    own, outputs = str(node.get("id") or ""), main_outputs(node)
    return own if own in outputs or not outputs else min(outputs)


def outputs_of(node: Object) -> list[str]:
    """The outputs of a node, which a dependency may name; the arms of a branch are such."""
    written, arms = _written_outputs(node), arm_outputs(node)
    return [*written, *(arm for arm in arms if arm not in written)] if arms else written


def main_outputs(node: Object) -> list[str]:
    """The outputs that a node has whichever arm of it is taken."""
    written, arms = _written_outputs(node), arm_outputs(node)
    return [output for output in written if output not in arms] if arms else written


def _written_outputs(node: Object) -> list[str]:
    entries = named_fields(part(node, "outputs"), "io").get("nodeOutputs")
    return [str(output["data"]) for output in objects(entries) if output.get("data") not in (None, "")]
