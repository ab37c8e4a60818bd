"""Without a state, as `pulumi do --stateless` has none: every create has one URN, so it shows nothing of who made what."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_resource_dataworks.lifecycle import Change, HalfDoneError, RefusedError
from tests.support.definitions import Run, workflow
from tests.support.deployments import A, B, Deploying, document
from tests.support.documents import etl, node, nodes
from tests.support.messages import Messages

URN = "urn:pulumi:dev::default::dataworks:index:WorkflowDefinition::WorkflowDefinition"
LIVE = "urn:pulumi:dev::default::dataworks:index:WorkflowDeployment::WorkflowDeployment"


@pytest.fixture
def run() -> Run:
    return Run(urn=URN)


async def test_two_paths_are_two_workflows(run: Run) -> None:
    made = [await run.again().create(etl(name=name), stateless=True) for name in ("orders", "stock")]
    assert sorted(workflow(root)["name"] for root in run.client.held.values()) == ["orders", "stock"]
    assert made[0][0] != made[1][0]


OTHERS: dict[str, dict[str, Any]] = {
    "the same document": etl(),
    "another script": etl(nodes=[node("extract"), node("load", "SELECT 9;\n")]),
    "one more node": etl(nodes=[*nodes(etl()), node("report")]),
}


@pytest.mark.parametrize("spec", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("preview", [True, False])
async def test_what_an_earlier_create_made_at_the_path_is_not_taken_over(
    run: Run, spec: Any, preview: bool
) -> None:
    resource_id, _, _ = await run.create(etl(), stateless=True)
    again = run.again()
    with pytest.raises(RefusedError, match=f"upsert {resource_id} --stateless"):
        await again.create(spec, stateless=True, preview=preview)
    assert again.client.sent == []


@pytest.mark.parametrize("preview", [True, False])
async def test_nor_is_one_that_was_renamed_since_and_has_the_derived_id(run: Run, preview: bool) -> None:
    resource_id, _, _ = await run.create(etl(), stateless=True)
    [held] = run.client.held.values()
    workflow(held)["name"] = "renamed"
    workflow(held)["script"]["path"] = "elsewhere/renamed"
    with pytest.raises(RefusedError, match="give this one another name or path") as refused:
        await run.again().create(etl(), stateless=True, preview=preview)
    assert f"upsert {resource_id} --stateless" in str(refused.value)


@pytest.mark.parametrize("preview", [True, False])
async def test_a_path_that_is_free_passes_the_look(run: Run, preview: bool) -> None:
    resource_id, _, _ = await run.create(etl(), stateless=True, preview=preview)
    assert bool(resource_id) is not preview
    assert len(run.client.sent) == (not preview)


async def test_nor_is_what_a_killed_import_has_left(run: Run, messages: Messages) -> None:
    run.cancel_on("job")
    with pytest.raises(HalfDoneError):
        await run.create(etl(), stateless=True)
    with pytest.raises(RefusedError) as refused:
        await run.again().create(etl(), stateless=True)
    messages(refused.value)


async def test_adopt_takes_it_over(run: Run) -> None:
    first, _, _ = await run.create(etl(), stateless=True)
    again = run.again()
    news = again.inputs(OTHERS["another script"], adopt=True)
    resource_id, _ = await again.definitions.create(again.context(news, stateless=True), news)
    assert resource_id == first
    assert "adopt is set" in again.report.warnings[0]


async def test_an_id_that_the_author_wrote_is_distinguished(run: Run, messages: Messages) -> None:
    await run.create(etl(id="70"), stateless=True)
    with pytest.raises(RefusedError) as refused:
        await run.again().create(etl(id="70", name="another"), stateless=True)
    messages(refused.value)


@pytest.mark.parametrize(
    ("change", "named"),
    [({"projectId": 10002}, "projectId"), ({"spec": {**etl(), "kind": "ManualWorkflow"}}, "spec")],
    ids=["project", "kind"],
)
@pytest.mark.parametrize("preview", [True, False])
async def test_an_update_that_is_a_replacement_is_refused(
    run: Run, change: dict[str, Any], named: str, preview: bool, messages: Messages
) -> None:
    """The CLI shows that the resource is replaced, and asks for an update."""
    resource_id, olds, outputs = await run.create(etl(), stateless=True)
    again = run.again()
    context = again.context(stateless=True, preview=preview)
    with pytest.raises(RefusedError, match=f"another {named}") as refused:
        await again.definitions.update(context, Change(resource_id, olds, outputs, {**olds, **change}))
    messages(refused.value)
    assert again.client.calls == []


async def test_an_update_of_anything_else_is_one(run: Run) -> None:
    state = await run.create(etl(), stateless=True)
    again = run.again()
    await again.update(state, etl(nodes=[node("extract"), node("load", "SELECT 9;\n")]), stateless=True)
    assert len(again.client.sent) == 1


@pytest.fixture
async def deploying() -> Deploying:
    """A run whose predecessor was killed while it deployed digest A."""
    made = await Deploying.with_workflow()
    made.report.on_status = lambda text: made.cancelled.set() if "Production check" in text else None
    news = made.inputs(urn=LIVE)
    with pytest.raises(HalfDoneError):
        await made.deployments.create(made.context(LIVE, stateless=True), news)
    return made.again()


async def test_a_run_of_another_digest_may_be_somebody_elses(deploying: Deploying) -> None:
    news = deploying.inputs(B, urn=LIVE)
    with pytest.raises(RefusedError, match="did not begin it"):
        await deploying.deployments.create(deploying.context(LIVE, stateless=True), news)
    assert deploying.kinds == ["Online"]
    assert deploying.emulator.count("AbolishPipelineRun") == 0


async def test_a_run_of_the_same_digest_is_gone_on_with(deploying: Deploying) -> None:
    news = deploying.inputs(A, urn=LIVE)
    await deploying.deployments.create(deploying.context(LIVE, stateless=True), news)
    assert (deploying.kinds, deploying.is_live) == (["Online"], True)


async def test_an_update_to_another_workflow_is_refused_of_a_deployment_too() -> None:
    run = await Deploying.with_workflow()
    await run.put(document("6000000000000000001", "stock"))
    news = run.inputs(urn=LIVE)
    resource_id, outputs = await run.deployments.create(run.context(LIVE, stateless=True), news)
    other = {**news, "workflowId": "6000000000000000001"}
    with pytest.raises(RefusedError, match="another workflowId"):
        await run.deployments.update(
            run.context(LIVE, stateless=True), Change(resource_id, news, outputs, other)
        )
    assert run.kinds == ["Online"]
