#!/usr/bin/env bash
# pulumi 3.272.0 (PyPI, SDK for Python): ignore_changes takes an input by its name in Python, `schedule_window`, but a place within it only by the
# engine's names: of `schedule_window.start_time` nothing is translated, not even what `schedule_window` alone becomes. The engine finds
# no such place and says nothing, so the change that was to be ignored is made. replace_on_changes does the same. One would guess
# that a path is translated step by step, as the input's own fields are, whether given as a class or as a dict.
#
# Seen: inputs {"scheduleWindow": {"startTime": "02:30"}}, ignoreChanges "scheduleWindow" and "schedule_window.start_time".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pulumi==3.272.0
cat > main.py <<'PYTHON'
import asyncio
import json
import sys

import pulumi
from google.protobuf import json_format
from pulumi.runtime.mocks import MockMonitor


@pulumi.input_type
class Window:
    def __init__(self, start_time):
        pulumi.set(self, "start_time", start_time)

    @property
    @pulumi.getter(name="startTime")
    def start_time(self) -> str:
        return pulumi.get(self, "start_time")


@pulumi.input_type
class ThingArgs:
    def __init__(self, schedule_window):
        pulumi.set(self, "schedule_window", schedule_window)

    @property
    @pulumi.getter(name="scheduleWindow")
    def schedule_window(self) -> Window:
        return pulumi.get(self, "schedule_window")


class Engine(MockMonitor):
    def RegisterResource(self, request):
        if request.custom:
            print("inputs", json.dumps(json_format.MessageToDict(request.object)))
            print("ignoreChanges", *request.ignoreChanges)
        return super().RegisterResource(request)


class NoEngine(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return args.name, args.inputs

    def call(self, args):
        return {}


async def main():
    pulumi.runtime.set_mocks(NoEngine(), monitor=Engine(NoEngine()))
    window = {"start_time": "02:30"} if sys.argv[1:] else Window("02:30")
    options = pulumi.ResourceOptions(ignore_changes=["schedule_window", "schedule_window.start_time"])
    await pulumi.CustomResource("test:index:Thing", "thing", ThingArgs(window), options).urn.future()


asyncio.run(main())
PYTHON
{ timeout 60 venv/bin/python main.py; timeout 60 venv/bin/python main.py dict; } | tee seen
diff seen - <<'SEEN'
inputs {"scheduleWindow": {"startTime": "02:30"}}
ignoreChanges scheduleWindow schedule_window.start_time
inputs {"scheduleWindow": {"startTime": "02:30"}}
ignoreChanges scheduleWindow schedule_window.start_time
SEEN
