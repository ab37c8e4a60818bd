"""The report: a file that `pulumi-dataworks emulator --as` takes, with the reasons beside the settings."""

from collections.abc import Iterable, Mapping
from typing import Any

from ._bench import Finding
from ._run import Outcome


def report(outcome: Outcome, about: Mapping[str, Any]) -> dict[str, Any]:
    """The report as JSON.

    Args:
        outcome: What was found.
        about: When and where the probe ran.

    Returns:
        `{"switches": {name: setting}, "probe": {**about, "calls", "findings": {name: {"setting", "how"}, or
        {"untold": why}}}}`; `switches` holds those that could be told.
    """
    told = {name: finding.setting for name, finding in outcome.findings.items() if finding.told}
    findings = {name: _entry(finding) for name, finding in outcome.findings.items()}
    probe = {**about, "calls": outcome.calls, "problem": outcome.problem, "findings": findings}
    return {"switches": dict(sorted(told.items())), "probe": probe}


def lines(outcome: Outcome) -> Iterable[str]:
    """The findings for people, a line each; what could be told comes first."""
    width = max(len(name) for name in outcome.findings)
    for told in (True, False):
        for name, finding in sorted(outcome.findings.items()):
            if finding.told is told:
                setting = _setting(finding.setting) if told else "?"
                yield f"{name:{width}}  {setting}: {finding.how}"


def _entry(finding: Finding) -> dict[str, Any]:
    return {"setting": finding.setting, "how": finding.how} if finding.told else {"untold": finding.how}


def _setting(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
