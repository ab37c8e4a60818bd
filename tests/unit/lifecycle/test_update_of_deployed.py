"""Update of a workflow that is in production: its digest, and nodes that leave it."""

from __future__ import annotations

import pytest

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.lifecycle import HalfDoneError
from tests.support.definitions import Run
from tests.support.documents import etl, nodes
from tests.support.messages import Messages


async def test_a_digest_of_another_release_stays_until_the_meaning_changes(
    run: Run, messages: Messages
) -> None:
    resource_id, inputs, outputs = await run.create()
    old = (resource_id, inputs, {**outputs, "digest": "0:of an older release"})
    found = await run.again().read(old)
    assert found is not None
    messages(found[1]["digest"])
    same = await run.again().update(old, etl(), preview=True)
    messages(same["digest"])
    other = await run.again().update(old, etl(description="d"))
    assert other["digest"].startswith("1:")


async def test_a_failed_import_that_lets_a_node_go_says_what_may_help(run: Run) -> None:
    state = await run.create()
    failed = openapi.JobStatus(
        job_id="job2", status="Fail", error=openapi.Words("published nodes cannot be removed: 5")
    )
    run.client.jobs["job2"] = failed
    with pytest.raises(HalfDoneError) as caught:
        await run.update(state, etl(nodes=nodes(etl())[:1], dependencies=[]))
    for part in ("published nodes cannot", 'no longer has "load"', "pulumi destroy --target"):
        assert part in str(caught.value)
