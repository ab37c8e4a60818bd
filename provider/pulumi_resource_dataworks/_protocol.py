"""The engine's messages and calls, out of Pulumi's SDK for Python and without the rest of it.

The package `pulumi` imports all of the SDK, which a plugin has no use for: half of the time to the port line and 11 MB
(SDK 3.276). So the messages are imported under empty packages, which are removed afterwards: `import pulumi` still works.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec

_PARENTS = ("pulumi", "pulumi.runtime")

_empty: list[str] = []
for _name in _PARENTS:
    if _name not in sys.modules and (_spec := find_spec(_name)):
        sys.modules[_name] = module_from_spec(_spec)
        _empty.append(_name)
try:
    from pulumi.runtime.proto import (
        engine_pb2,
        engine_pb2_grpc,
        plugin_pb2,
        provider_pb2,
        provider_pb2_grpc,
        status_pb2,
    )
finally:
    for _name in _empty:
        del sys.modules[_name]

__all__ = ["engine_pb2", "engine_pb2_grpc", "plugin_pb2", "provider_pb2", "provider_pb2_grpc", "status_pb2"]
