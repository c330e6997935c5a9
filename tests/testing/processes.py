"""What Linux tells of running processes and the sockets they listen on."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path

import pytest

on_linux = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's /proc")


def members(group: int) -> set[int]:
    """Return the processes of a process group that have not ended."""
    return {int(path.name) for path in Path("/proc").glob("[0-9]*") if _running_in(path, group)}


def listening(pids: set[int]) -> set[str]:
    """Return the addresses that these processes listen on."""
    sockets = {target for pid in pids for target in _open_files(pid)}
    addresses = set()
    for family, table in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            local, state, inode = fields[1], fields[3], fields[9]
            if state == "0A" and f"socket:[{inode}]" in sockets:
                packed = bytes.fromhex(local.split(":")[0])
                words = [packed[index : index + 4][::-1] for index in range(0, len(packed), 4)]
                addresses.add(socket.inet_ntop(family, b"".join(words)))
    return addresses


def _running_in(process: Path, group: int) -> bool:
    try:
        state, _, its_group = (process / "stat").read_text().rpartition(")")[2].split()[:3]
    except OSError:
        return False
    return int(its_group) == group and state != "Z"


def _open_files(pid: int) -> set[str]:
    targets = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # closed in the meantime
            targets.add(str(descriptor.readlink()))
    return targets
