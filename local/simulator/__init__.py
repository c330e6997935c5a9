"""An SP-API on 127.0.0.1: Reports, Tokens, Notifications, Login with Amazon and the document store."""

from local.simulator.calls import Call
from local.simulator.document import Document, Transfer
from local.simulator.report import Report
from local.simulator.script import Fault, Script
from local.simulator.simulator import Simulator

__all__ = ["Call", "Document", "Fault", "Report", "Script", "Simulator", "Transfer"]
