"""Forks a process for each execution environment, with boto3 loaded already: cold starts take milliseconds.

Runs as a script. A handler's own module is imported after the fork, as on Lambda: once per environment.
"""

import gc
import importlib
import importlib.util
import json
import os
import runpy
import signal
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

# The command line is installed as it stands in the repository, which is no function's business.
REPOSITORY = str(Path(__file__).parents[2])
# Not all of the runtime client: it reads the environment when it is imported.
PRELOADED = ("boto3", "awslambdaric.lambda_runtime_marshaller")


def main() -> None:
    """Serve requests until their sender is gone.

    A request is a process's variables in JSON, with two descriptors: the output to print to, and a
    socket to write the pid to, and at its end the exit status.
    """
    sys.path[:] = [path for path in sys.path if path != REPOSITORY]
    for module in PRELOADED:
        importlib.import_module(module)
    requests = socket.socket(fileno=int(sys.argv[1]))
    reports: dict[int, socket.socket] = {}

    def report_ends(*_: object) -> None:
        while reports:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            with reports.pop(pid) as report:
                report.send(str(os.waitstatus_to_exitcode(status)).encode())

    signal.signal(signal.SIGCHLD, report_ends)
    gc.freeze()  # a collection in a fork would write to all the memory it shares
    while True:
        variables, descriptors, _, _ = socket.recv_fds(requests, 1 << 20, 2)
        if not variables:
            os.killpg(0, signal.SIGKILL)
        output, report = descriptors
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])  # an end must not come before its beginning
        pid = os.fork()
        if pid == 0:
            return run(json.loads(variables), output)
        os.close(output)
        reports[pid] = socket.socket(fileno=report)
        reports[pid].send(str(pid).encode())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])


def run(variables: dict[str, str], output: int) -> None:
    """Become the runtime of one execution environment."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    os.dup2(output, sys.stdout.fileno())
    os.dup2(output, sys.stderr.fileno())
    os.closerange(3, 1 << 16)
    os.environ.clear()
    clock = variables.pop("REPORTFLOW_CLOCK", None)
    os.environ.update(variables)
    time.tzset()
    os.chdir(variables["LAMBDA_TASK_ROOT"])
    sys.path.insert(0, variables["LAMBDA_TASK_ROOT"])
    go_by(clock)
    sys.argv = ["bootstrap", variables["_HANDLER"]]
    runpy.run_module("awslambdaric", run_name="__main__")


def go_by(clock: str | None) -> None:
    """Replace what the handlers take for the time by the clock in this file, as local/fast_clock.py writes it."""

    def now() -> datetime:
        at, speed, shown, _, until = map(float, Path(clock or "").read_text().split())
        return datetime.fromtimestamp(min(shown + (time.time() - at) * speed, until), UTC)

    if clock and importlib.util.find_spec("lambdas"):
        vars(importlib.import_module("lambdas.clock"))["now"] = now


main()
