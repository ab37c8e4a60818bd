"""DataWorks' OpenAPI (2024-05-18) on localhost.

It answers the operations that a workflow's life needs, as the service does: signed calls, asynchronous jobs, the
service's own additions to every document. What could not be verified is a switch (`Switches`). It knows nothing of the
provider, so that the two can disagree.

    with EmulatorServer(Emulator(job_life=Life("immediate"))) as server:
        ...  # any client, at server.endpoint
"""

from ._emulator import REGION, Emulator, Settings
from ._gateway import Call
from ._lives import Fault, Life
from ._server import EmulatorServer, ListenError, create_app, serve
from ._switches import Switches
from ._world import Account, Clock, Edition, Project, ResourceGroup, Workflow

__all__ = [
    "REGION",
    "Account",
    "Call",
    "Clock",
    "Edition",
    "Emulator",
    "EmulatorServer",
    "Fault",
    "Life",
    "ListenError",
    "Project",
    "ResourceGroup",
    "Settings",
    "Switches",
    "Workflow",
    "create_app",
    "serve",
]
