"""What the service adds to a document, as it reads back.

Evidence: [F] real traffic of Feb 2025 (DWDevin), [D] the official sample of GetWorkflowDefinition, [B] dumps of real
workspaces in the vendor's own test resources (2025).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ._calls import JsonObject, each_object, is_list, is_object
from ._model import Account, Project, derived_id, local_text, stable

# --- What the service fills into a node's script from its command alone


_TYPE_IDS: Final = """
    SHELL=2 HIVE=3 DATAX=4 DIDE_SHELL=6 ODPS_XLIB=8 ODPS_PERL=9 ODPS_SQL=10 ODPS_MR=11 ODPS_PYTHON=12
    ODPS_JAR=13 ODPS_ARCHIVE=14 ODPS_FILE=15 ODPS_TABLE=16 ODPS_FUNCTION=17 ODPS_DDL=18 CHECK=19 DATAX2=20
    DT=21 CDP=22 DI=23 ODPS_SCRIPT=24 EXTREME_STORAGE=30 PERL=31 LIGHTNING_SQL=61 YSF_DESEN=82 XLAB=87
    VIRTUAL_WORKFLOW=97 COMBINED_NODE=98 VIRTUAL=99 TT_MERGE=200 PYODPS=221 DD_MERGE=222 ODPS_SHARK=223
    SHARK_RESOURCE=224 ODPS_SPARK=225 ODPS_SPARK_SQL=226 EMR_HIVE=227 EMR_SPARK=228 EMR_SPARK_SQL=229
    EMR_MR=230 EMR_JAR=231 EMR_FILE=232 DATASERVICE_STUDIO=238 OSS_INSPECT=239 ALINK=240 CHECK_NODE=241
    EMR_SHELL=257 EMR_SPARK_SHELL=258 EMR_PRESTO=259 EMR_IMPALA=260 EMR_TABLE=261 EMR_FUNCTION=262
    EMR_SCOOP=263 EMR_SPARK_STREAMING=264 EMR_HIVE_CLI=265 EMR_STREAMING_SQL=266 EMR_TRINO=267
    EMR_KYUUBI=268 CDH_HIVE=270 CDH_SPARK=271 CDH_SPARK_SQL=272 CDH_MR=273 CDH_JAR=274 CDH_FILE=275
    CDH_SHELL=276 CDH_SPARK_SHELL=277 CDH_PRESTO=278 CDH_IMPALA=279 CDH_TABLE=280 CDH_FUNCTION=281 RI=900
    WORKFLOW=1001 PAI=1002 COMPONENT_SQL=1010 HOLOGRES_SYNC_DATA_TO_MC=1070 CROSS_TENANTS=1089
    HOLOGRES_DEVELOP=1091 HOLOGRES_SYNC=1092 HOLOGRES_SQL=1093 HOLOGRES_SYNC_DDL=1094
    HOLOGRES_SYNC_DATA=1095 CONTROLLER_ASSIGNMENT=1100 CONTROLLER_BRANCH=1101 CONTROLLER_JOIN=1102
    CONTROLLER_CYCLE=1103 CONTROLLER_CYCLE_START=1104 CONTROLLER_CYCLE_END=1105 CONTROLLER_TRAVERSE=1106
    CONTROLLER_TRAVERSE_START=1107 CONTROLLER_TRAVERSE_END=1108 CONTROLLER_WAIT=1109 SCHEDULER_TRIGGER=1114
    PARAM_HUB=1115 RECOMMEND_PLUS=1116 PAI_STUDIO=1117 PAI_DLC=1119 SUB_PROCESS=1122 PYODPS3=1221
    PAI_FLOW=1250 CLICK_SQL=1301 POSTGRESQL=1302 MYSQL=1303 SQLSERVER=1304 Oracle=1305 StarRocks=1306
    DRDS=1307 Doris=1308 Mariadb=1309 Selectdb=1310 Redshift=1311 Saphana=1312 Vertica=1313 OceanBase=1314
    DB2=1315 ADB_for_PostgreSQL=1316 ADB_for_MySQL=1317 FTP_CHECK=1320 SSH=1321 PYTHON=1322
    DATA_SYNCHRONIZATION_QUALITY_CHECK=1331 DATA_PUSH=1332 DATA_QUALITY_MONITOR=1333 ADB_SPARK=1990
    ADB_SPARK_SQL=1991 BLINK_SQL=2010 FLINK_SQL_BATCH=2011 FLINK_SQL_STREAM=2012 BLINK_DATASTREAM=2019
    BLINK_BATCH_SQL=2020 SERVERLESS_SPARK_BATCH=2100 SERVERLESS_SPARK_SQL=2101
    SERVERLESS_SPARK_STREAMING=2102 SERVERLESS_KYUUBI=2103 SQL_COMPONENT=3010 CUSTOM=9999
"""

TYPE_IDS: Final[Mapping[str, int]] = {
    command: int(number) for command, _, number in (entry.partition("=") for entry in _TYPE_IDS.split())
}
"""Command to `commandTypeId`: the vendor's `CodeProgramType`, library 2.0.0-1 and the two that came after it."""

LANGUAGES: Final[Mapping[str, str]] = {
    "CDH_HIVE": "hive-sql",
    "CONTROLLER_ASSIGNMENT": "shell-script",
    "CONTROLLER_CYCLE_END": "odps-sql",
    "DI": "di",
    "DIDE_SHELL": "shell-script",
    "EMR_HIVE": "hive-sql",
    "ODPS_SQL": "odps-sql",
    "PYODPS3": "python3",
    "PYTHON": "python3",
}
"""Command to `script.language`, as far as read-backs show it."""

COMPUTE_UNITS: Final[Mapping[str, str]] = {"VIRTUAL": "0", "PYTHON": "0.5"}
"""Command to `runtime.cu` where it is not the usual 0.25."""

ODPS_COMMANDS: Final = frozenset({"ODPS_SQL", "PYODPS2", "PYODPS3", "ODPS_SCRIPT"})
"""Commands that read back with the workspace's default MaxCompute data source."""


def header(command: str, owner: str, created: str) -> str:
    """The template that stands for a content that was not sent: author and creation time in comments.

    That there is such a template is recorded for EMR_SPARK_SQL; its exact wording is not.
    """
    if command == "VIRTUAL":
        return ""
    mark = "--" if "SQL" in command or "HIVE" in command else "#"
    rule = mark + "*" * 60 + mark
    return "\n".join((rule, f"{mark}author: {owner}", f"{mark}create time: {created}", rule))


# --- The document around them


# [F][B] the span of a trigger without bounds.
_BOUNDS: Final = {"startTime": "1970-01-01 00:00:00", "endTime": "9999-01-01 00:00:00"}


@dataclass(frozen=True)
class ServiceFields:
    """Fills in what the service adds to one workflow's document.

    Attributes:
        account: Who imports.
        now: The import's time in seconds.
        created: `createTime` of the nodes that were there before, by ID.
    """

    project: Project
    account: Account
    kind: str
    workflow_id: str
    now: float
    created: Mapping[str, str]

    def document(self, given: JsonObject, workflow: JsonObject) -> JsonObject:
        """The whole document around a workflow's body; version, kind and spec-level fields are those of `given`."""
        body = self._workflow(workflow)
        head = {"name": body["name"], "id": self.workflow_id, "type": self.kind, "owner": body["owner"]}
        # Spec-level fields stay, such as the flow that wires the workflow itself [B]; nodes beside the workflow do not.
        rest = {key: value for key, value in given["spec"].items() if key not in {"workflows", "nodes"}}
        return {
            # A version that is left out is nowhere recorded; 1.1.0 is what all real read-backs hold.
            "version": given.get("version", "1.1.0"),
            "kind": given["kind"],
            "spec": {**rest, **head, "workflows": [body]},
            "metadata": {**self._ids(), "uuid": self.workflow_id},  # [F][D]
        }

    def _workflow(self, given: JsonObject) -> JsonObject:
        name = given["name"]
        owner = given.get(
            "owner", self.account.uid
        )  # [F]; whether an import may set another owner is unknown
        body = {"citable": False, **given, "id": self.workflow_id, "owner": owner}  # [F]
        body["script"] = {**given["script"], "id": derived_id(self.workflow_id, "script")}  # [D]
        if self.kind != "ManualWorkflow":  # a manual workflow has no trigger of its own [B]
            body["trigger"] = self._trigger(given.get("trigger"), "00 00 00 * * ?", self.workflow_id)  # [F]
        if "strategy" in given:
            filled = {"timeoutUnit": "HOURS", "recurrenceType": "Normal"}  # [B]
            body["strategy"] = {**filled, **given["strategy"]}
        body["metadata"] = {**given.get("metadata", {}), **self._metadata(owner)}  # [D][F]
        # [F], the second not in [D]
        own = {self.workflow_id: True, f"{self.project.identifier}.{name}": False}
        body["outputs"] = _with_outputs(given["outputs"], own, name)
        # [F]: the order is not the submitted one; what it follows is unknown.
        body["nodes"] = [self._node(node) for node in reversed(given.get("nodes", []))]
        body["dependencies"] = given.get("dependencies", [])  # [D]: an empty list is there
        return body

    def _node(self, given: JsonObject) -> JsonObject:
        node_id, owner = given["id"], given.get("owner", self.account.uid)
        # [F] and the help page: a minute drawn from 00:00 to 00:30.
        cron = f"00 {stable(node_id, 'minute', below=30):02d} 00 * * ?"
        return {
            **self._defaults(given),
            **given,
            "owner": owner,
            "script": self._script(given["script"], node_id, owner),
            "trigger": self._trigger(given.get("trigger"), cron, node_id),
            "metadata": {
                **given.get("metadata", {}),
                **self._metadata(owner),
                "container": {"type": "Flow", "uuid": self.workflow_id},  # [F]
                "createTime": self.created.get(node_id, local_text(self.now)),
            },
            "outputs": _with_outputs(given["outputs"], {node_id: True}, given["name"]),  # [F]
        }

    def _defaults(self, given: JsonObject) -> JsonObject:
        is_odps = given["script"]["runtime"].get("command") in ODPS_COMMANDS
        return {
            "recurrence": "Normal",
            "timeout": 0,
            "timeoutUnit": "HOURS",  # [B]: from April 2025 on
            "instanceMode": "T+1",
            "rerunMode": "Allowed",
            "rerunTimes": self.project.rerun_times,  # [F]: the workspace's schedulerMaxRetryTimes
            "rerunInterval": self.project.rerun_interval,  # [F]: its schedulerRetryInterval
            **({"datasource": {"name": self.project.datasource, "type": "odps"}} if is_odps else {}),
            "runtimeResource": {
                "resourceGroup": self.project.resource_group,  # [F]
                "resourceGroupId": self.project.resource_group_id,
            },
        }

    def _trigger(self, given: JsonObject | None, cron: str, owner_id: str) -> JsonObject:
        if self.kind == "ManualWorkflow":
            return {"type": "Manual", **(given or {}), "id": derived_id(owner_id, "trigger")}
        trigger = given or {"type": "Scheduler", "cron": cron}
        filled = {**_BOUNDS, "timezone": "Asia/Shanghai", "delaySeconds": 0, **trigger}  # [F]
        return {**filled, "id": derived_id(owner_id, "trigger")}

    def _script(self, given: JsonObject, node_id: str, owner: str) -> JsonObject:
        command = given["runtime"].get("command", "")
        filled = {"cu": COMPUTE_UNITS.get(command, "0.25")}  # [F][B]
        numbered = {"commandTypeId": TYPE_IDS[command]} if command in TYPE_IDS else {}  # [F]
        language = {"language": LANGUAGES[command]} if command in LANGUAGES else {}  # [B]
        # [F]: also on update, a content that is left out becomes the template.
        template = header(command, owner, local_text(self.now))
        script = {**language, "content": template, **given, "id": derived_id(node_id, "script")}
        return {**script, "runtime": {**filled, **numbered, **given["runtime"]}}

    def _metadata(self, owner: str) -> JsonObject:
        project = self.project
        return {
            "owner": owner,
            "ownerName": self.account.name,
            **self._ids(),
            "project": {
                "mode": "SIMPLE",
                "simple": True,
                "projectIdentifier": project.identifier,
                "projectName": project.identifier,
                "projectOwnerId": self.account.uid,
                "schedulerMaxRetryTimes": project.rerun_times,  # [F]; the dumps of mid-2025 do not have these two
                "schedulerRetryInterval": project.rerun_interval,
                **self._ids(),
            },
        }

    def _ids(self) -> JsonObject:
        return {"tenantId": self.project.tenant_id, "projectId": str(self.project.project_id)}


def _with_outputs(given: JsonObject, own: Mapping[str, bool], name: str) -> JsonObject:
    """Outputs with those of its own that each workflow and node has; their values say whether they are the default."""
    outputs = {output.get("data"): output for output in given.get("nodeOutputs", [])}
    common = {"artifactType": "NodeOutput", "refTableName": name}
    filled = [
        {"data": data, **common, "isDefault": default, **outputs.pop(data, {})}
        for data, default in own.items()
    ]
    return {**given, "nodeOutputs": [*filled, *outputs.values()]}


def without_content(document: JsonObject) -> JsonObject:
    """As it reads back where IncludeScriptContent is false."""

    def emptied(entity: JsonObject) -> JsonObject:
        is_script = "runtime" in entity and "path" in entity
        return {key: item for key, item in entity.items() if not (is_script and key == "content")}

    shown: JsonObject = each_object(document, emptied)
    return shown


# --- The scripts of branches and joins, which say in JSON what their fields say


def without_script(value: Any) -> Iterator[JsonObject]:
    """The branches and joins in a workflow's body, inner ones too, whose script does not say what their field says."""
    own = _own_script(value) if is_object(value) else None
    if own is not None and _said(value["script"].get("content") or "") != _said(own):
        yield value
    for item in value.values() if is_object(value) else value if is_list(value) else ():
        yield from without_script(item)


def with_own_script(node: JsonObject) -> JsonObject:
    """The node, if it is a branch or a join, with a script as the vendor's library makes it of the field."""
    own = _own_script(node)
    return {**node, "script": {**node["script"], "content": own}} if own and _said(own) else node


def _own_script(node: JsonObject) -> str | None:
    script = node.get("script")
    runtime = script.get("runtime") if is_object(script) else None
    command = str(runtime.get("command")).upper() if is_object(runtime) else ""
    field: str = {"CONTROLLER_BRANCH": "branch", "CONTROLLER_JOIN": "join"}.get(command, "")
    if not field:
        return None
    arms: list[JsonObject] = node.get(field, {}).get("branches", [])
    outputs = [arm.get("output", {}).get("data") for arm in arms]
    if field == "branch":
        made: Any = [
            {"condition": arm.get("when"), "nodeoutput": output}
            | ({"description": arm["desc"]} if arm.get("desc") else {})
            for arm, output in zip(arms, outputs, strict=True)
        ]
    else:
        is_and = " or " not in node.get(field, {}).get("logic", {}).get("expression", "")
        states = [[str(state) for state in arm["assertion"].get("in", [])] for arm in arms]
        watched = [
            {"logic": int(is_and or not place), "node": output, "runStatus": states[place]}
            for place, output in enumerate(outputs)
        ]
        made = {"branchList": watched, "resultStatus": "1"}
    return json.dumps(made, indent=1)


def _said(script: str) -> Any:
    """What a script says, whatever else is in it; None where it says nothing."""
    try:
        said = json.loads(script)
        if is_list(said):
            return [{key: item for key, item in arm.items() if item} for arm in said]
        return [(one["node"], list(map(str, one["runStatus"]))) for one in said["branchList"]]
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
