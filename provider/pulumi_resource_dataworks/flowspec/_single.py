"""Documents of one object that stands beside workflows: a node, a function or a file resource.

Everything that validates, completes and compares documents knows workflows. So the object is carried in one that holds nothing
else, a node among its nodes and the others beside it, and paths are translated back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ._changes import authored
from ._comparison import ChangeKind, differences, rename_ids
from ._completion import VERSION, ChooseId, complete
from ._document import Document
from ._nodes import WORKFLOW, dependencies_of, main_outputs, output_of, runtime_of, script_of, workflow_of
from ._problems import InvalidDocumentError, Problem, problem
from ._readback import clean
from ._validation import document_problems, holder_problems, validate
from ._values import Object, Path, is_list, is_object, like, objects, part, rebuilt

_WAITS = ("dependencies", "flow")


@dataclass(frozen=True, slots=True)
class SingleForm:
    """What the documents of a kind of object look like.

    Attributes:
        kind: The document's kind.
        holder: The list below `spec` that holds the object.
        noun: What messages call it.
        command: A type that its script may have.
        needed: The fields that it has to have.
    """

    kind: str
    holder: str
    noun: str
    command: str
    needed: tuple[str, ...] = ("name", "script")

    @property
    def path(self) -> Path:
        """Where the object is in its document."""
        return "spec", self.holder, 0

    def object_of(self, root: Object) -> Object:
        """The object of a document, carried or not."""
        held = objects(part(root, "spec").get(self.holder))
        return held[0] if held else objects(workflow_of(root)[self.holder])[0]


NODE = SingleForm("Node", "nodes", "node", "ODPS_SQL")
FUNCTION = SingleForm("Function", "functions", "function", "ODPS_FUNCTION")
FILE_RESOURCE = SingleForm(
    "Resource", "fileResources", "file resource", "ODPS_PYTHON", ("name", "type", "script")
)
_FORMS = {form.kind.casefold(): form for form in (NODE, FUNCTION, FILE_RESOURCE)}


def carried(root: Object, form: SingleForm) -> Object:
    """The document with its object in a workflow that holds nothing else."""
    spec = root["spec"]
    inside = {key: spec[key] for key in ("nodes", *_WAITS) if key in spec and form is NODE}
    outside = {key: item for key, item in spec.items() if key not in inside}
    body = rebuilt(spec, {**outside, "workflows": [{"name": form.noun, **inside}]})
    return rebuilt(root, {**root, "kind": "CycleWorkflow", "spec": body})


def uncarried(root: Object, form: SingleForm) -> Object:
    """The document of the object alone."""
    spec = root["spec"]
    outside = {key: item for key, item in spec.items() if key != "workflows"}
    inside = {key: item for key, item in workflow_of(root).items() if key != "name"}
    return rebuilt(
        root, {**root, "kind": like(root, form.kind), "spec": rebuilt(spec, {**outside, **inside})}
    )


def single_differences(old: Object, new: Object, form: SingleForm) -> dict[Path, ChangeKind]:
    """As `differences`, of two documents that mean one object, whatever they call it; paths of the carrying documents."""

    def with_one_id(root: Object) -> Object:
        spec, held = root["spec"], form.object_of(root)
        listed = rebuilt(spec[form.holder], [rebuilt(held, {**held, "id": form.noun})])
        return carried(rebuilt(root, {**root, "spec": rebuilt(spec, {**spec, form.holder: listed})}), form)

    return differences(with_one_id(old), with_one_id(new))


def uncarried_path(path: Path) -> Path:
    """A path of the carrying document in that of the object alone."""
    return ("spec", *path[3:]) if path[:3] == WORKFLOW else path


# --- What is wrong with it


def validate_single(document: Document, form: SingleForm) -> list[Problem]:
    """As `validate`, of the document of one object.

    Raises:
        InvalidDocumentError: With every problem, warnings included.
    """
    problems = list(_shape_problems(document.root, form))
    if not problems:
        found = _problems(document.root, form)
        problems = [replace(one, path=uncarried_path(one.path)) for one in found]
    problems = document.place(problems)
    if any(one.severity == "error" for one in problems):
        raise InvalidDocumentError(problems)
    return problems


def validate_any(document: Document) -> list[Problem]:
    """As `validate`, of a document of any kind: of a workflow, or of one object that stands beside workflows."""
    form = _FORMS.get(str(document.root.get("kind")).casefold())
    return validate_single(document, form) if form else validate(document)


def _shape_problems(root: Object, form: SingleForm) -> Iterator[Problem]:
    """Whether this is a document of one such object at all."""
    like_this = f'Write {{{{"kind": "{form.kind}", "spec": {{{{"{form.holder}": [...]}}}}}}}}.'
    kind, spec = root.get("kind"), root.get("spec")
    if kind is not None and str(kind).casefold() != form.kind.casefold():
        yield Problem(("kind",), f"{{}} is not the kind of a {form.noun}'s document", like_this, (kind,))
    held = spec.get(form.holder) if is_object(spec) else None
    count = len(held) if is_list(held) else 0
    if count != 1 or len(objects(held)) != 1:
        found = f"the document holds {count} objects in {form.holder}, and is that of one {form.noun}"
        yield Problem(
            ("spec", form.holder), found, "Give each a document of its own." if count > 1 else like_this
        )
    if is_object(spec) and "workflows" in spec:
        remedy = "Take it out, and make a WorkflowDefinition of each workflow."
        yield Problem(("spec", "workflows"), f"a workflow stands beside the {form.noun}", remedy)


def _problems(root: Object, form: SingleForm) -> Iterator[Problem]:
    yield from document_problems(carried(root, form))
    if form is NODE:
        return
    held = form.object_of(root)
    for name in form.needed:
        if not str(held.get(name) or "").strip():
            yield problem("missing.field", (*form.path, name), name=name, object=form.noun)
    runtime = runtime_of(held)
    if script_of(held) and not (runtime.get("command") or runtime.get("commandTypeId")):
        place = (*form.path, "script", "runtime", "command")
        yield problem("no-command.object", place, object=form.noun, example=form.command)
    if held.get("name"):
        yield from holder_problems(held, form.path, inner=False)


# --- The whole document, and what the service gives back, in one form: carried, complete, under an ID of ours


def complete_single(root: Object, form: SingleForm, own: str, choose: ChooseId) -> Object:
    """The carrying document with everything in it that the user may leave out; `own` is the object's ID.

    A node without an output gets one that is called by that ID.

    Args:
        root: The author's document, which has no problems.
        form: What it looks like.
        own: The ID. One that the author has written is only what the document itself calls the object.
        choose: Gives the ID of a node that a control node holds.
    """
    held = form.object_of(root)
    name, written = str(held["name"]), str(held.get("id") or own)
    placed = {**script_of(held), "path": script_of(held).get("path") or name}
    spec = {**root["spec"], form.holder: [{**held, "id": written, "script": placed}]}
    whole = carried({"spec": spec}, form)
    if form is NODE:
        inside = workflow_of(whole)
        completed = complete(
            {"kind": whole["kind"], "spec": {"workflows": [{"id": form.noun, **inside}]}},
            lambda word: written if word == name else choose(word),
        )
        whole["spec"]["workflows"] = [{key: workflow_of(completed)[key] for key in inside}]
    return whole if written == own else rename_ids(whole, {written: own})


def as_in_container(actual: Object, sent: Object) -> Object:
    """What was read of a node in a container, with what the container decides, or does not give back, as it was sent."""
    shell, ours = workflow_of(actual), workflow_of(sent)
    [node], [own] = shell["nodes"], ours["nodes"]
    placed = {**node, "script": {**script_of(node), "path": own["script"]["path"]}}
    waits = {key: ours[key] for key in _WAITS if key in ours}
    return {
        **actual,
        "spec": {**actual["spec"], "workflows": [{"name": NODE.noun, **waits, "nodes": [placed]}]},
    }


def read_single(root: Object, form: SingleForm, actual: str, own: str) -> Object:
    """What the service gives back of an object, in the same form: `own` in the place of its ID there.

    A node in a workflow comes as that workflow, with this node alone.

    Raises:
        LookupError: The answer holds no such object.
    """
    owner, held = _held(root, form, actual)
    called = {actual, str(held.get("id")), str(held.get("name"))}
    waits = [one for one in dependencies_of(owner) if str(one.get("nodeId")) in called]
    body: Object = {form.holder: [{**held, "id": own}]}
    if form is NODE:
        body["dependencies"] = [{**one, "nodeId": own} for one in waits]
    return carried({"kind": form.kind, "spec": body}, form)


def single_output(root: Object, actual: str, wanted: str) -> str:
    """What a dependency names to wait for a node, by what the service gives back: `wanted` where it has that output."""
    _, node = _held(root, NODE, actual)
    return wanted if wanted in main_outputs(node) else output_of({**node, "id": actual})


def imported_single(root: Object, form: SingleForm, actual: str) -> tuple[Object, str]:
    """What the service gives back of an object, as its author would write it; and the ID of the workflow that holds it."""
    document = authored_single(clean(read_single(root, form, actual, actual)), form, actual)
    if _held(root, form, actual)[0] is root["spec"]:
        return document, ""
    form.object_of(document)["script"].pop("path", None)
    return document, str(workflow_of(root).get("id") or "")


def authored_single(whole: Object, form: SingleForm, own: str) -> Object:
    """A cleaned carrying document as its author would write it; `own` is the object's ID."""
    alone = uncarried(whole, form)
    held = dict(form.object_of(alone))
    spec: Object = {form.holder: [held]}
    name, script = str(held["name"]), dict(script_of(held))
    outputs = objects(part(held, "outputs").get("nodeOutputs"))
    if [str(one.get("data")) for one in outputs] == [own]:
        del held["outputs"]
    held.pop("id", None)
    if script.get("path") == name:
        script.pop("path", None)
    held["script"] = script
    spec |= {key: waits for key, waits in _waits(alone["spec"], name).items() if waits}
    document: Object = authored({"version": VERSION, "kind": form.kind, "spec": spec})
    return document


def _held(root: Object, form: SingleForm, actual: str) -> tuple[Object, Object]:
    """The object of an answer, and what holds it: the spec, or a workflow in it."""
    spec = root["spec"]
    owner = spec if objects(spec.get(form.holder)) else workflow_of(root)
    listed = objects(owner.get(form.holder))
    return owner, next((one for one in listed if str(one.get("id")) == actual), listed[0])


def single_to_send(root: Object, form: SingleForm, called: str) -> Object:
    """A carrying document as the service takes it: the object under what it is to be called there."""
    document: Object = {"version": VERSION, **uncarried(root, form)}
    held = {form.holder: [{**form.object_of(document), "id": called}]}
    return {**document, "spec": {**document["spec"], **held, **_waits(document["spec"], called)}}


def _waits(spec: Object, called: str) -> Object:
    """What the one node of a spec waits for, in whichever spelling, by what it is called."""
    return {key: [{**one, "nodeId": called} for one in objects(spec[key])] for key in _WAITS if key in spec}
