"""DataWorks' OpenAPI (2024-05-18) on localhost.

It answers the operations that a workflow's life needs, as the service does: signed calls, asynchronous jobs, the
service's own additions to every document. What could not be verified is a switch (`Switches`). It knows nothing of the
provider, so that the two can disagree.

    with EmulatorServer(Emulator(job_life=Life("immediate"))) as server:
        ...  # any client, at server.endpoint
"""

from ._emulator import REGION as REGION
from ._emulator import Emulator as Emulator
from ._emulator import EmulatorSettings as EmulatorSettings
from ._gateway import Call as Call
from ._gateway import Edition as Edition
from ._gateway import Fault as Fault
from ._instances import ScriptedTask as ScriptedTask
from ._instances import TaskLife as TaskLife
from ._model import Account as Account
from ._model import Clock as Clock
from ._model import Life as Life
from ._model import Project as Project
from ._model import ResourceGroup as ResourceGroup
from ._model import Workflow as Workflow
from ._server import EmulatorServer as EmulatorServer
from ._server import ListenError as ListenError
from ._server import create_app as create_app
from ._server import serve as serve
from ._switches import Switches as Switches
