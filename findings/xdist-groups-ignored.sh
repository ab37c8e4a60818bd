#!/usr/bin/env bash
# pytest 9.2.0 with pytest-xdist 3.8.0: `--dist loadgroup` no longer keeps the tests of one xdist_group in one worker, without a word.
#
# xdist hands the group on in the private attribute `_nodeid` of a test, and pytest 9.2 makes node IDs of something else. So a
# fixture that a group shares is made in every worker. With pytest 9.1.1 each test is listed as NAME@GROUP, and one worker runs all.
# Seen: 9.1.1 "test_one@shared test_two@shared", 9.2.0 "test_one test_two".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/test_groups.py" <<'PY'
import pytest


@pytest.mark.xdist_group("shared")
def test_one():
    pass


@pytest.mark.xdist_group("shared")
def test_two():
    pass
PY
python3 -m venv "$folder/venv"
listed() {
  "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "pytest==$1" pytest-xdist==3.8.0
  (cd "$folder" && venv/bin/pytest -n 2 --dist loadgroup -v test_groups.py) |
    sed -n 's/.* PASSED test_groups.py::\([a-z_@]*\).*/\1/p' | sort | paste -sd' '
}
before=$(listed 9.1.1)
after=$(listed 9.2.0)
echo "pytest 9.1.1: $before"
echo "pytest 9.2.0: $after"
[ "$before" = "test_one@shared test_two@shared" ] && [ "$after" = "test_one test_two" ]
