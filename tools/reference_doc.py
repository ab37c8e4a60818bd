#!/usr/bin/env python3
"""Write docs/reference.md: every input, output, setting and type, and the supported versions of Pulumi.

They come from the provider's schema and settings, and from the files that pin versions.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pulumi_resource_dataworks.openapi import _settings

REPO = Path(__file__).resolve().parents[1]
PAGE = REPO / "docs" / "reference.md"
SCHEMA = REPO / "provider" / "pulumi_resource_dataworks" / "plugin" / "schema.json"

HEAD = """# Reference

Written by `make reference` from the provider's schema. Names are those of YAML, TypeScript and the service; Python writes
`project_id` for `projectId`, Go `ProjectId`.

- [WorkflowDefinition](#workflowdefinition): [inputs](#inputs-of-workflowdefinition),
  [outputs](#outputs-of-workflowdefinition), [listing](#listing-of-workflowdefinition)
- [WorkflowDeployment](#workflowdeployment): [inputs](#inputs-of-workflowdeployment),
  [outputs](#outputs-of-workflowdeployment), [listing](#listing-of-workflowdeployment)
- [WorkflowRun](#workflowrun): [inputs](#inputs-of-workflowrun), [outputs](#outputs-of-workflowrun)
- [Node](#node): [inputs](#inputs-of-node), [outputs](#outputs-of-node), [listing](#listing-of-node)
- [Function](#function): [inputs](#inputs-of-function), [outputs](#outputs-of-function), [listing](#listing-of-function)
- [FileResource](#fileresource): [inputs](#inputs-of-fileresource), [outputs](#outputs-of-fileresource),
  [listing](#listing-of-fileresource)
- [Functions](#functions): [getProject](#getproject), [getResourceGroup](#getresourcegroup),
  [getWorkflowDefinition](#getworkflowdefinition), [listWorkflowDefinitions](#listworkflowdefinitions),
  [readFlowSpec](#readflowspec)
- [Configuration](#configuration): [environment variables](#environment-variables)
- [Versions of Pulumi](#versions-of-pulumi)
- [The document](#the-document): the types of `spec`

"""

RESOURCE_NOTES = """
**The ID** of the resource is `<projectId>/<workflowId>`, and what `pulumi import` takes.

**Replacement.** Another `projectId`, another `kind` or another workflow `id` is a new workflow. Everything else is an update, also
another name or folder: the workflow and its nodes keep their IDs.

**`customTimeouts`.** A step may take 30 minutes, or 6 seconds a node where that is more; `create`, `update` and `delete` say
otherwise.

**`ignoreChanges`** works for whole inputs and for places inside the document, with or without the outer `spec`:
`spec.workflows[0].nodes[0].script.content`, `spec.workflows[0].nodes[*].owner`. An index is the node's place in the state, which keeps the order of the first `up`; a node counts as the same by ID, then by name. Fields may be named as in Python, too: `spec.workflows[0].nodes[*].rerun_times`. An update keeps what
somebody has made of an ignored place in Data Studio, also without a refresh.
"""

FUNCTION_NOTES = """
What a program asks about things that it does not make. A look-up is made once in a run, however often the program asks, and
again once a resource of the run may have written a workflow. Names are compared exactly. A name that is not there, or is
there twice, is an error that says what is there. Pulumi hands a secret argument over in the clear and makes the whole result a
secret: an error may quote the argument.

Each function has two forms: `get_project` and `get_project_output` in Python, `getProject` and `getProjectOutput` in TypeScript.
The second takes values that are not known yet, and waits for the resources that they come from. Go has the same two, but
`LookupWorkflowDefinition` for `getWorkflowDefinition`; YAML has `fn::invoke`. [How they are
used](tasks.md#look-up-a-workspace-or-a-resource-group).
"""

NOTES = {"WorkflowDefinition": RESOURCE_NOTES}
"""What is to be said of a resource beside its description."""

CONFIGURATION_NOTES = """
Each is set with `pulumi config set dataworks:<setting>`, or as an argument of `dataworks.Provider`. The configuration goes before
the environment.

Credentials are taken whole from one place: as soon as the configuration names any source, none of the environment's is
used. With several sources the first of these counts: key pair, OIDC, profile, ECS role, URI. With none, the provider
tries the OIDC variables, the CLI's default profile, `credentials.ini` and the ECS instance's role, as the vendor's libraries do. It
differs from them in one thing. A profile, ECS role or URI that a variable of the table below names is the only source that is
tried. They go on to the next one, and ask a URI last. Where the keys come from a profile of the CLI, its `region_id` is the region if nothing else names one.

A proxy is taken from `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY` (`http`, `https`, `socks5`), exceptions from `NO_PROXY` (names,
domains, networks), certificates from `SSL_CERT_FILE` or `SSL_CERT_DIR`. They count for DataWorks and for sources of credentials
alike. This machine and the metadata service of ECS are
reached without a proxy. Where temporary keys cannot be renewed, those in hand are used to their end.

Where `clientReadTimeout` is left out, the answer to an import is waited for 120000 milliseconds.
"""

VERSIONS_NOTES = """
The oldest is what the packages ask for, or for the CLI the oldest one that the tests run with. It has no `exists`, which the
resources of the SDKs have: that is in the newest.

"""

DOCUMENT_NOTES = """
The types of `spec` where it is an object. What may be left out, what is compared and what is refused: [flowspec.md](flowspec.md).
The vendor's spellings `do-while`, `for-each` and `param-hub` are `doWhile`, `forEach` and `paramHub` here.
"""


def page() -> str:
    """Return the whole page."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    types = {token.rpartition(":")[2]: (token, spec) for token, spec in schema["types"].items()}
    parts = [
        HEAD,
        *(part for token, spec in schema["resources"].items() for part in resource(token, spec, types)),
        "## Functions\n" + FUNCTION_NOTES,
        *(function(token, spec) for token, spec in schema["functions"].items()),
        *(section(name, spec) for name, (token, spec) in types.items() if is_of(token, schema["functions"])),
        "\n## Configuration\n\n" + table("setting", schema["config"]["variables"], ()),
        CONFIGURATION_NOTES,
        "\n### Environment variables\n\n" + environment(),
        *(section(name, spec) for name, (token, spec) in types.items() if is_of(token, schema["config"])),
        "\n## Versions of Pulumi\n" + VERSIONS_NOTES + versions(),
        "\n## The document\n",
        DOCUMENT_NOTES,
        *(section(name, types[name][1]) for name in in_reading_order(types)),
    ]
    return "".join(parts)


def resource(token: str, spec: Mapping[str, Any], types: Mapping[str, tuple[str, Any]]) -> list[str]:
    """Return the sections of a resource: what it is, its inputs, its outputs and their types, and what a list of it takes."""
    name = token.rpartition(":")[2]
    outputs = {key: value for key, value in spec["properties"].items() if is_output(key, value, spec)}
    held = [spec["inputProperties"], spec["properties"]]
    return [
        f"## {name}\n\n{opening(spec)}\n{NOTES.get(name, '')}",
        f"\n### Inputs of {name}\n\n" + table("input", spec["inputProperties"], spec["requiredInputs"]),
        f"\n### Outputs of {name}\n\nBeside the inputs:\n\n" + table("output", outputs, ()),
        *(section(one, of) for one, (full, of) in types.items() if is_of(full, held, "index")),
        *listing(token, spec.get("listInputs")),
        "\n",
    ]


def listing(token: str, query: Mapping[str, Any] | None) -> list[str]:
    """Return the section about a list of resources; nothing where they cannot be listed."""
    if query is None:
        return []
    head = f"\n### Listing of {token.rpartition(':')[2]}\n\n[`pulumi do {token} list`](do.md#list) takes:\n\n"
    return [head, table("query", query["properties"], query["required"])]


def function(token: str, spec: Mapping[str, Any]) -> str:
    """Return the section of a function: what it does, what it takes and what it gives."""
    inputs, outputs = spec["inputs"], spec["outputs"]
    return (
        f"\n### {token.rpartition(':')[2]}\n\n{opening(spec)}\n\n"
        + table("argument", inputs["properties"], inputs.get("required", ()))
        + "\nIt gives:\n\n"
        + table("result", outputs["properties"], ())
    )


def opening(spec: Mapping[str, Any]) -> str:
    """Return the text of a description up to its example."""
    text: str = spec["description"].partition("\n## ")[0].strip()
    return text


def is_output(key: str, spec: Mapping[str, Any], resource: Mapping[str, Any]) -> bool:
    """Return whether a property says more than the input of its name."""
    given = resource["inputProperties"].get(key)
    return given is None or given["description"] != spec["description"]


def is_of(token: str, holder: Any, module: str = "") -> bool:
    """Return whether a type, of a module if one is given, is named by what the holder holds."""
    return f":{module}" in token and f'"#/types/{token}"' in json.dumps(holder)


def in_reading_order(types: Mapping[str, tuple[str, Any]]) -> list[str]:
    """Return the names of the document's types: from the outermost inwards, each once."""
    found = ["FlowSpec"]
    for name in found:
        text = json.dumps(types[name][1])
        inner = [other for other, (token, _) in types.items() if f'"#/types/{token}"' in text]
        found += sorted((other for other in inner if other not in found), key=lambda one: first(text, one))
    return found


def first(text: str, name: str) -> int:
    """Return where a type is first named."""
    return text.index(f':{name}"')


def section(name: str, spec: Mapping[str, Any]) -> str:
    """Return the heading, the meaning and the fields or values of a type."""
    head = f"\n### {name}\n\n{described(spec)}\n\n"
    if "enum" in spec:
        return head + ", ".join(f"`{one['value']}`" for one in spec["enum"]) + "\n"
    return head + table("field", spec["properties"], spec.get("required", ()))


def table(what: str, properties: Mapping[str, Any], required: Iterable[str]) -> str:
    """Return the table of properties."""
    rows = [f"| {what} | type | |", "|---|---|---|"]
    for name, spec in properties.items():
        must = ", required" if name in required else ""
        rows.append(f"| `{name}` | {typed(spec)}{must} | {described(spec)} |")
    return "\n".join(rows) + "\n"


def typed(spec: Mapping[str, Any]) -> str:
    """Return a property's type, linked where it has a heading."""
    if "oneOf" in spec:
        return " or ".join(dict.fromkeys(typed(one) for one in spec["oneOf"]))
    if "$ref" in spec:
        name = spec["$ref"].rpartition(":")[2]
        return "anything" if name == spec["$ref"] else f"[{name}](#{name.lower()})"
    if spec["type"] == "array":
        return f"list of {typed(spec['items'])}"
    if spec["type"] == "object":
        return f"map of {typed(spec['additionalProperties'])}"
    secret = ", secret" if spec.get("secret") else ""
    return f"{spec['type']}{secret}"


def described(spec: Mapping[str, Any]) -> str:
    """Return a description that fits into a cell."""
    return " ".join(spec.get("description", "").split()).replace("|", "\\|")


def environment() -> str:
    """Return the table of the variables that are read for a setting."""
    known = {
        **_settings._ENVIRONMENT,  # noqa: SLF001 no other part of the provider needs them
        **dict(zip(_settings._PAIR, zip(*_settings._PAIRS, strict=True), strict=True)),  # noqa: SLF001
        **_settings._ENVIRONMENT_SOURCES,  # noqa: SLF001
    }
    rows = ["| setting | taken from the first of these that is set |", "|---|---|"]
    rows += [
        f"| `{key}` | {', '.join(f'`{name}`' for name in dict.fromkeys(names))} |"
        for key, names in known.items()
    ]
    return "\n".join(rows) + "\n"


def versions() -> str:
    """Return the table of what of Pulumi is supported and tested."""
    go = r"github.com/pulumi/pulumi/{}/v3 v(\S+)"
    of_cli, of_sdk, node = go.format("pkg"), go.format("sdk"), r'@pulumi/pulumi": "\^([\d.]+)'
    locked = r'"node_modules/@pulumi/pulumi": {\s*"version": "([\d.]+)'
    found = {
        "Pulumi CLI": (("tools/engine-oldest/go.mod", of_cli), ("tools/engine/go.mod", of_cli)),
        "`pulumi`, for Python": (
            ("sdk/python/pyproject.toml", r"pulumi>=([\d.]+)"),
            ("requirements.lock", r"pulumi==([\d.]+)"),
        ),
        "`@pulumi/pulumi`, for Node.js": (
            ("sdk/nodejs/package.json", node),
            ("sdk/nodejs/package-lock.json", locked),
        ),
        "`github.com/pulumi/pulumi/sdk/v3`, for Go": (("sdk/go/go.mod", of_sdk),) * 2,
    }
    rows = ["| | oldest | newest tested |", "|---|---|---|"]
    rows += [
        f"| {name} | {pinned(*oldest)} | {pinned(*newest)} |" for name, (oldest, newest) in found.items()
    ]
    return "\n".join(rows) + "\n"


def pinned(file: str, pattern: str) -> str:
    """Return the version that a file of the repository names."""
    return re.findall(pattern, (REPO / file).read_text("utf-8"))[0]


def main() -> int:
    """Write the page; the exit status is returned."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
