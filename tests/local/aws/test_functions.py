"""What becomes of a function's invocation, its process and its output is what becomes of it on Lambda."""

from __future__ import annotations

import json
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local.aws.lambda_service import MOST_ENVIRONMENTS

if TYPE_CHECKING:
    from tests.testing.deployed_probe import Deployed


def test_an_environment_is_initialized_once_and_used_again(deployed: Deployed) -> None:
    first = deployed.invoke("Prober", do="describe").payload
    second = deployed.invoke("Prober", do="describe").payload
    assert second["invocations"] == first["invocations"] + 1
    assert (second["pid"], second["started"]) == (first["pid"], first["started"])


def test_an_exception_keeps_its_name_message_and_stack(deployed: Deployed) -> None:
    error, failed = deployed.invoke("Prober", do="raise", message="16 reports are open")
    assert failed
    assert error["errorType"] == "QuotaReached"
    assert error["errorMessage"] == "16 reports are open"
    assert "raise QuotaReached" in error["stackTrace"][-1]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"do": "exit", "status": 3}, "Runtime exited with error: exit status 3"),
        ({"do": "exit", "status": 0}, "Runtime exited without providing a reason"),
        ({"do": "kill"}, "Runtime exited with error: signal: killed"),
    ],
)
def test_a_process_that_dies_is_an_exit_error_and_the_next_invocation_gets_another(
    deployed: Deployed, event: dict[str, object], reason: str
) -> None:
    error, failed = deployed.invoke("Prober", **event)
    assert failed
    assert error["errorType"] == "Runtime.ExitError"
    assert re.fullmatch(rf"RequestId: [0-9a-f-]{{36}} Error: {reason}", error["errorMessage"])
    assert deployed.invoke("Prober", do="echo") == ({"do": "echo"}, False)


def test_a_function_that_overruns_its_timeout_is_killed(deployed: Deployed) -> None:
    pid = deployed.invoke("Outsider", do="describe").payload["pid"]
    started = time.monotonic()
    error, failed = deployed.invoke("Outsider", do="sleep", seconds=60)
    assert failed
    assert time.monotonic() - started < 2
    assert error["errorType"] == "Sandbox.Timedout"
    assert re.fullmatch(r"RequestId: [0-9a-f-]{36} Error: Task timed out after 1.00 seconds", error["errorMessage"])
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert deployed.invoke("Outsider", do="echo") == ({"do": "echo"}, False)


def test_a_module_that_cannot_be_imported_is_named(deployed: Deployed) -> None:
    error, failed = deployed.invoke("Broken")
    assert failed
    assert error["errorType"] == "Runtime.ImportModuleError"
    assert error["errorMessage"] == "Unable to import module 'broken': No module named 'no_such_module'"


def test_a_response_has_to_be_json_and_not_too_large(deployed: Deployed) -> None:
    assert deployed.invoke("Prober", do="unserializable").payload["errorType"] == "Runtime.MarshalError"
    assert (
        deployed.invoke("Prober", do="large", bytes=6_291_555).payload["errorType"] == "Function.ResponseSizeTooLarge"
    )
    assert len(deployed.invoke("Prober", do="large", bytes=6_291_554).payload) == 6_291_554


def test_the_context_tells_of_function_request_and_deadline(deployed: Deployed) -> None:
    described = deployed.invoke("Prober", do="describe").payload
    context = described["context"]
    assert context["function_name"] == deployed.name("Prober")
    assert (
        context["invoked_function_arn"] == f"arn:aws:lambda:us-east-1:123456789012:function:{context['function_name']}"
    )
    assert context["memory_limit_in_mb"] == "256"
    assert 9_000 < described["remaining"] <= 10_000
    assert f"START RequestId: {context['aws_request_id']} Version: $LATEST" in deployed.log("Prober")


def test_a_function_has_lambdas_variables_its_own_and_the_platforms_and_no_others(deployed: Deployed) -> None:
    described = deployed.invoke("Prober", do="describe").payload
    variables = described["environment"]
    assert variables["BUCKET"] == deployed.name("Bucket")
    assert variables["TOLD_TO_ALL"] == "yes"
    assert variables["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert variables["AWS_ENDPOINT_URL"] == deployed.aws.endpoint_url
    assert variables["AWS_CA_BUNDLE"] == variables["SSL_CERT_FILE"] == str(deployed.aws.ca_bundle)
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0", variables["_X_AMZN_TRACE_ID"])
    assert variables["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert set(variables) == {
        *("BUCKET", "SECRET", "TABLE", "TOLD_TO_ALL"),
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"),
        *("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "SSL_CERT_FILE"),
        *("AWS_EXECUTION_ENV", "AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_FUNCTION_NAME"),
        *("AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_LOG_FORMAT"),
        *(
            "AWS_LAMBDA_LOG_GROUP_NAME",
            "AWS_LAMBDA_LOG_STREAM_NAME",
            "LAMBDA_TASK_ROOT",
            "_HANDLER",
            "_X_AMZN_TRACE_ID",
        ),
        *("TZ", "LANG", "HOME", "TMPDIR", *({"PATH", "LD_LIBRARY_PATH"} & set(os.environ))),
    }


def test_a_function_finds_its_own_code_first_and_nothing_of_this_repository(deployed: Deployed) -> None:
    described = deployed.invoke("Prober", do="describe").payload
    assert described["path"][0] == described["environment"]["LAMBDA_TASK_ROOT"]
    assert not {"", ".", str(Path.cwd()), "/planted"} & set(described["path"])


def test_every_line_of_an_invocation_is_in_its_log_when_it_returns(deployed: Deployed) -> None:
    deployed.invoke("Prober", do="print", lines=3000)
    log = deployed.log("Prober")
    start = max(index for index, message in enumerate(log) if message.startswith("START "))
    lines = [message.rstrip(" x") for message in log[start + 1 : -2]]
    assert lines == [*(f"line {number}" for number in range(3000)), "from a subprocess"]
    request = log[start].split()[2]
    assert log[-2] == f"END RequestId: {request}"
    assert re.match(
        rf"REPORT RequestId: {request}\tDuration: .*\tMemory Size: 256 MB\tMax Memory Used: \d+ MB", log[-1]
    )


def test_what_a_process_printed_before_it_died_is_in_the_log(deployed: Deployed) -> None:
    deployed.invoke("Prober", do="exit", status=1)
    assert deployed.log("Prober")[-3] == "last words without a line end"
    deployed.invoke("Outsider", do="sleep", seconds=60)
    assert deployed.log("Outsider")[-2] == "about to sleep"


def test_an_exceptions_traceback_is_one_log_event(deployed: Deployed) -> None:
    deployed.invoke("Prober", do="raise", message="once")
    event = deployed.log("Prober")[-3]
    assert event.startswith("[ERROR] QuotaReached: once\nTraceback (most recent call last):\n")


def test_json_logs_are_json_from_the_platform_and_from_logging(deployed: Deployed) -> None:
    deployed.invoke("Outsider", do="log")
    start, line, report = (json.loads(message) for message in deployed.log("Outsider")[-3:])
    request = start["record"]["requestId"]
    assert (start["type"], start["record"]["version"]) == ("platform.start", "$LATEST")
    assert (line["level"], line["message"], line["reportId"]) == ("INFO", "logged", "50039018869")
    assert line["requestId"] == report["record"]["requestId"] == request
    assert (report["type"], report["record"]["status"]) == ("platform.report", "success")
    assert report["record"]["metrics"]["memorySizeMB"] == 256


def test_each_environment_writes_a_stream_of_its_own(deployed: Deployed) -> None:
    first = deployed.invoke("Prober", do="describe").payload["context"]["log_stream_name"]
    deployed.invoke("Prober", do="kill")
    second = deployed.invoke("Prober", do="describe").payload["context"]["log_stream_name"]
    assert first != second
    group = deployed.invoke("Prober", do="describe").payload["context"]["log_group_name"]
    streams = deployed.aws.client("logs").describe_log_streams(logGroupName=group)["logStreams"]
    assert {first, second} <= {stream["logStreamName"] for stream in streams}


def test_concurrent_invocations_get_processes_of_their_own_up_to_a_limit(deployed: Deployed) -> None:
    def described(_: int) -> tuple[int, int]:
        deployed.invoke("Prober", do="sleep", seconds=0.1)
        payload = deployed.invoke("Prober", do="describe").payload
        return payload["pid"], payload["invocations"]

    count = 3 * MOST_ENVIRONMENTS
    with ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(described, range(count)))
    pids = {pid for pid, _ in answers}
    assert 1 < len(pids) <= MOST_ENVIRONMENTS
    assert len(set(answers)) == count  # no two invocations in one process at a time
