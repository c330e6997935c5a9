"""A Lambda runtime of a page, for systems that Amazon's runtime client does not exist for. Runs as a script.

Exceptions keep their names, exits their statuses; logging is Python's own, not in Lambda's formats.
"""

import importlib
import importlib.util
import json
import os
import sys
import time
import traceback
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn
from urllib.request import ProxyHandler, Request, build_opener

RUNTIME = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime"
OPENER = build_opener(ProxyHandler({}))


def main() -> NoReturn:
    """Import the handler, then run invocations for as long as there are any."""
    # The command line is installed as it stands in the repository, which is no function's business.
    sys.path[:] = [path for path in sys.path if path != str(Path(__file__).parents[2])]
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    go_by(os.environ.pop("REPORTFLOW_CLOCK", None))
    module, _, name = os.environ["_HANDLER"].rpartition(".")
    try:
        handler = getattr(importlib.import_module(module.replace("/", ".")), name)
    except Exception as error:
        post(
            "init/error", described(error, name="Runtime.ImportModuleError" if isinstance(error, ImportError) else None)
        )
        raise
    while True:
        with OPENER.open(f"{RUNTIME}/invocation/next") as response:
            event, context = json.load(response), context_of(response.headers)
        os.environ["_X_AMZN_TRACE_ID"] = response.headers["Lambda-Runtime-Trace-Id"]
        try:
            path, answer = "response", json.dumps(handler(event, context))
        except Exception as error:
            traceback.print_exc()
            path, answer = "error", described(error)
        post(f"invocation/{context.aws_request_id}/{path}", answer)


def go_by(clock: str | None) -> None:
    """Replace what the handlers take for the time by the clock in this file, as local/fast_clock.py writes it."""

    def now() -> datetime:
        at, speed, shown, _, until = map(float, Path(clock or "").read_text().split())
        return datetime.fromtimestamp(min(shown + (time.time() - at) * speed, until), UTC)

    if clock and importlib.util.find_spec("lambdas"):
        vars(importlib.import_module("lambdas.clock"))["now"] = now


def context_of(headers: Message) -> SimpleNamespace:
    """Return the context object of one invocation."""
    deadline = int(headers["Lambda-Runtime-Deadline-Ms"]) / 1000
    return SimpleNamespace(
        aws_request_id=headers["Lambda-Runtime-Aws-Request-Id"],
        invoked_function_arn=headers["Lambda-Runtime-Invoked-Function-Arn"],
        function_name=os.environ["AWS_LAMBDA_FUNCTION_NAME"],
        function_version=os.environ["AWS_LAMBDA_FUNCTION_VERSION"],
        memory_limit_in_mb=os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
        log_group_name=os.environ["AWS_LAMBDA_LOG_GROUP_NAME"],
        log_stream_name=os.environ["AWS_LAMBDA_LOG_STREAM_NAME"],
        get_remaining_time_in_millis=lambda: max(0, int((deadline - time.time()) * 1000)),
    )


def described(error: Exception, *, name: str | None = None) -> str:
    """Return the JSON that Lambda makes of an exception."""
    stack = traceback.format_tb(error.__traceback__)[1:]
    return json.dumps({"errorType": name or type(error).__name__, "errorMessage": str(error), "stackTrace": stack})


def post(path: str, answer: str) -> None:
    """Send the Runtime API an answer."""
    OPENER.open(Request(f"{RUNTIME}/{path}", data=answer.encode(), method="POST")).close()  # noqa: S310 - our own server


main()
