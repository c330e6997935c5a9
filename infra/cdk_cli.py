"""The CDK CLI, locked: `python -m infra.cdk_cli deploy …`."""

import sys
from pathlib import Path

from infra.node_packages import run

if __name__ == "__main__":
    run(Path(__file__).with_name("cdk"), "aws-cdk/bin/cdk", *sys.argv[1:])
