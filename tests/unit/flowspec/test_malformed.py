"""A bounded run of `make fuzz`, always the same: what is no document is refused, in time and in little memory."""

import subprocess
import sys
import time

import pytest

from pulumi_resource_dataworks.flowspec import InvalidDocumentError, read
from tests.support.repository import REPO


def test_2000_malformed_documents() -> None:
    """In a process of its own, as the memory that counts is the process's."""
    command = [sys.executable, "-m", "tests.fuzz.fuzz", "--count", "2000", "--seed", "20261123"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=REPO)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2,000 inputs" in done.stdout
    assert " 0 failures" in done.stdout


@pytest.mark.parametrize("start", ['{"spec": "', "spec: '", "\ufeff", "[" * 100, "&a ", "\ud800"])
def test_a_text_over_16_megabytes_is_refused_at_once(start: str) -> None:
    text = start + "x" * 16 * 1024 * 1024
    begin = time.process_time()
    with pytest.raises(InvalidDocumentError) as caught:
        read(text)
    assert time.process_time() - begin < 0.05
    [problem] = caught.value.problems
    assert "16,777,216" in problem.render()
