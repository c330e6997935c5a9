"""The main job on a laptop: the synthesized stack in an embedded AWS, Amazon simulated, executions to their ends."""

import json
import shlex
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import botocore

from cli import gaps
from cli.console_page.server import PORT, serve
from cli.console_page.watch import NOBODY, Watch
from cli.local_run import executions, function_logs, schedule_replay, tables_answer
from cli.local_run.directory import emptied
from cli.local_run.executions import LocalExecution, Summary
from cli.local_run.options import Options
from cli.local_run.screen import Screen
from cli.stack import DeployedStack
from local import amazon
from local import notifications as notifications
from local.aws import EmbeddedAws
from local.scenarios import USUAL
from local.simulator import Script, Simulator
from local.synthesis import synthesize

STACK = "reportflow"
DIRECTORY = Path("build/run")
SECRET_PREFIX = "reportflow"  # noqa: S105 - a name, not a secret
# An execution that hangs is a defect of the engine, never a reason to wait for ever.
LONGEST_SECONDS = 600
ANNOUNCED_SECONDS = 10


class RunTookTooLong(Exception):
    """Nothing had ended for so long that no more patience was left; the message names what still ran."""


class Ran(NamedTuple):
    """How a run has ended."""

    executions: list[LocalExecution]
    summaries: list[Summary]
    gaps: bool
    """Whether a window of a configuration is missing or has failed."""


def run(options: Options, screen: Screen, wait_for_ctrl_c: Callable[[], None]) -> Ran:
    """Run everything, write summary.json, and return how each execution ended."""
    with ExitStack() as stack:
        stack.enter_context(emptied(DIRECTORY))
        aws = _embedded_aws(options)
        side = _amazon(options, aws, stack)
        outputs = _deploy(options, side, aws, screen, stack)
        deployed = DeployedStack.of(aws.session, stack=STACK, outputs=outputs)
        watch = Watch(deployed, clock=aws.clock, report_config=options.report_config or NOBODY)
        page = stack.enter_context(serve(watch, port=PORT, open_it=options.open_it))
        screen.say(f"Watch it on {page}")
        if options.notifications and side.simulator:
            for selling_partner_id in side.refresh_tokens:
                side.simulator.subscribe(selling_partner_id, queue_arn=outputs["NotificationQueueArn"])
            stack.enter_context(notifications.delivered(side.simulator, aws))
        # What is due after the schedules are fired is nobody's to ask for, however long executions take.
        fired_at = datetime.fromtimestamp(aws.clock(), UTC)
        started = _start(options, aws, deployed.machine, screen, fired_at=fired_at)
        _follow(aws, started, screen, machine=deployed.machine)
        summaries, counted = _written(aws, started)
        screen.outcomes(started, summaries)
        found = None
        if options.report_config:
            found = schedule_replay.gaps(aws, options.report_config, table=deployed.ledger, fired_at=fired_at)
            gaps.show(found, screen=screen.console)
        screen.metrics(counted)
        if options.ends_with_a_query:
            _query(deployed, screen)
        screen.say(
            f"\n{DIRECTORY / 'summary.json'} has it all: inputs, states, calls, causes. The metrics are beside it."
        )
        if options.keep:
            _keep(aws, side, screen, outputs, page)
            wait_for_ctrl_c()
    return Ran(started, summaries, gaps=bool(found and found["gaps"]))


def _embedded_aws(options: Options) -> EmbeddedAws:
    trust = DIRECTORY / "aws" / "trust.pem"
    aws = EmbeddedAws(
        directory=DIRECTORY / "aws",
        speed=options.speed,
        function_environment={"SSL_CERT_FILE": str(trust.resolve())},
    )
    # The functions trust the embedded AWS and the simulator beside the public authorities, for --sp-api.
    public = Path(botocore.__file__).with_name("cacert.pem").read_text()
    trust.write_text(public + aws.ca_bundle.read_text())
    return aws


def _deploy(
    options: Options, side: amazon.Amazon, aws: EmbeddedAws, screen: Screen, stack: ExitStack
) -> dict[str, str]:
    """Start the embedded AWS, deploy the stack into it with its secrets, and return the stack's outputs."""
    with screen.step("Synthesizing the stack and starting the embedded AWS"), ThreadPoolExecutor() as pool:
        assembly = pool.submit(synthesize, DIRECTORY / "cdk.out", context=side.context | options.context)
        stack.enter_context(aws)
        assembly.result()
    with screen.step("Deploying the cloud assembly"):
        outputs = aws.deploy(DIRECTORY / "cdk.out", stack_name=STACK)
        for name, secret in side.secrets(SECRET_PREFIX).items():
            aws.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(dict(secret)))
    return outputs


def _written(
    aws: EmbeddedAws, started: Sequence[LocalExecution]
) -> tuple[list[Summary], dict[str, function_logs.Statistics]]:
    """Write summary.json and metrics.json, and return what is in them."""
    log = _log(aws, started)
    summaries, counted = _summaries(aws, started, function_logs.calls(log)), function_logs.metrics(log)
    (DIRECTORY / "metrics.json").write_text(json.dumps(counted, indent=2) + "\n")
    (DIRECTORY / "summary.json").write_text(json.dumps(summaries, indent=2, ensure_ascii=False) + "\n")
    return summaries, counted


def _query(deployed: DeployedStack, screen: Screen) -> None:
    with screen.step("Making rows of what has landed, and querying them"):
        answer = tables_answer.ask(deployed)
    screen.say(f"\n{answer.statement}\n")
    screen.console.print(answer.table)


def _amazon(options: Options, aws: EmbeddedAws, stack: ExitStack) -> amazon.Amazon:
    wanted = options.scenarios
    named = [one.input.get("sellingPartnerId") for one in wanted if isinstance(one.input, dict)]
    named += [one.selling_partner_id for one in options.report_config.selling_partners] if options.report_config else []
    selling_partner_ids = sorted({name for name in named if isinstance(name, str)})
    if options.sp_api:
        return amazon.served_at(options.sp_api, lwa=options.lwa, selling_partner_ids=selling_partner_ids)
    course = notifications.by_time if options.notifications else lambda script: script
    simulator = Simulator(
        reports_clock=aws.clock,
        certificate=aws.server_certificate,
        key=aws.server_key,
        usual=course(Script()),
    )
    stack.enter_context(simulator)
    for one in wanted:
        if one.script:
            scripts = [*[USUAL] * one.weeks_before, one.script]
            simulator.script(
                one.input["reportType"], *map(course, scripts), selling_partner_id=one.input["sellingPartnerId"]
            )
    return amazon.simulated(simulator, selling_partner_ids=selling_partner_ids)


def _start(
    options: Options, aws: EmbeddedAws, machine: str, screen: Screen, *, fired_at: datetime
) -> list[LocalExecution]:
    """Start the executions: of the schedules that were due up to a time, or of each scenario."""
    if options.report_config:
        with screen.step(f"Replaying the schedules of the last {schedule_replay.DAYS} days"):
            replayed = schedule_replay.invocations(options.report_config, now=fired_at)
            return schedule_replay.replay(aws, replayed, stack=STACK, machine=machine)
    states = aws.client("stepfunctions")
    before = [
        executions.start(states, machine, name=f"{one.name} {given['dataStartTime'][:10]}", given=given, ends=None)
        for one in options.scenarios
        for given in one.earlier
    ]
    started: dict[str, LocalExecution] = {}
    # What is compared with nothing goes ahead meanwhile.
    for compared in (False, True):
        if compared and before:
            with screen.step("Landing the weeks before, which some reports are compared with"):
                _await(aws, before, machine=machine, update=lambda: None)
        started |= {
            one.name: executions.start(states, machine, name=one.name, given=one.input, ends=one.ends)
            for one in options.scenarios
            if bool(one.weeks_before) == compared
        }
    return [started[one.name] for one in options.scenarios]


def _follow(aws: EmbeddedAws, started: Sequence[LocalExecution], screen: Screen, *, machine: str) -> None:
    with screen.following(started) as follower:
        _await(aws, started, machine=machine, update=follower.update)


def _await(aws: EmbeddedAws, started: Sequence[LocalExecution], *, machine: str, update: Callable[[], None]) -> None:
    """Wait until all have ended, and call `update` after each look. Raises RunTookTooLong."""
    states = aws.client("stepfunctions")
    patience, left = time.monotonic() + LONGEST_SECONDS, len(started)
    while running := [execution for execution in started if not execution.ended]:
        if len(running) < left:
            patience, left = time.monotonic() + LONGEST_SECONDS, len(running)
        if time.monotonic() > patience:
            names = ", ".join(execution.name for execution in running)
            raise RunTookTooLong(f"nothing has ended for {LONGEST_SECONDS // 60} minutes; still running: {names}")
        executions.refresh(states, started, machine=machine)
        update()
        time.sleep(0.2)


def _log(aws: EmbeddedAws, started: Sequence[LocalExecution]) -> list[dict[str, Any]]:
    """Return what the functions have logged, the outcomes' announcements too, which come a moment after."""
    resources = aws.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
    groups = [
        resource["PhysicalResourceId"]
        for page in resources
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::Logs::LogGroup"
    ]
    patience = time.monotonic() + ANNOUNCED_SECONDS
    while True:
        log = list(function_logs.lines(aws.client("logs"), groups))
        if function_logs.published_outcomes(log) >= {one.arn for one in started} or time.monotonic() > patience:
            return log
        time.sleep(0.2)


def _summaries(
    aws: EmbeddedAws, started: Sequence[LocalExecution], counted: Mapping[str, Counter[str]]
) -> list[Summary]:
    s3 = aws.client("s3")
    return [
        executions.summarize(one, counted=counted.get(one.arn, Counter()), s3=s3, landed=DIRECTORY / "landed")
        for one in started
    ]


def _keep(aws: EmbeddedAws, side: amazon.Amazon, screen: Screen, outputs: dict[str, str], page: str) -> None:
    (DIRECTORY / "env.sh").write_text(
        "".join(f"export {name}={shlex.quote(value)}\n" for name, value in aws.environment.items())
    )
    screen.say("\nEverything is still running. For reportflow and the AWS CLI, in another terminal:")
    screen.say(f"  source {DIRECTORY / 'env.sh'}")
    screen.say("  .venv/bin/reportflow list")
    if "TablesDatabaseName" in outputs:
        screen.say("  .venv/bin/reportflow tables")
    screen.say(f"  aws stepfunctions list-executions --state-machine-arn {outputs['StateMachineArn']}")
    screen.say(f"The console is at {page}, SP-API at {side.sp_api}. Ctrl-C stops it all.")
