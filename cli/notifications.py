"""reportflow notifications: lets Amazon tell the stack's queue when a report has ended, or no longer."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from cli import stack as deployed
from cli.doctor_context import DoctorContext
from cli.errors import Exit, refused, unreachable
from cli.outcome_view import BAD, GOOD
from cli.plan import CONFIG, ConfigOption, read_config
from cli.stack import Connection, JsonOption  # noqa: TC001 - typer reads them at run time
from cli.terminal import console, print_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cli.subscriptions import SubscriptionState
    from lambdas.schedules.report_config import SellingPartner


class What(StrEnum):
    """What to do."""

    LIST = "list"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"


def notifications(
    *,
    what: Annotated[What, typer.Argument(metavar="WHAT", help="`list`, `subscribe` or `unsubscribe`.")],
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """Have Amazon tell the stack when reports of the selling partners in reports.toml have ended.

    The stack must have been deployed with `notifications` (docs/stack.md). What is there already is left as it is.

    Exit code 1 if a selling partner could not be asked for, or is subscribed with another destination.
    """
    # What the other commands do not need.
    from cli.subscriptions import Region

    context = DoctorContext(connection)
    queue_arn = _queue(context)
    partners = _partners(config)
    found: list[SubscriptionState] = []
    for name in sorted({partner.region for partner in partners}):
        here = [partner for partner in partners if partner.region == name]
        found += Region(context, name=name, queue_arn=queue_arn, partners=here).do(what.value)
    print_json(found) if as_json else _show(found)
    if not all(one["ok"] for one in found):
        raise typer.Exit(Exit.FAILED)


def _queue(context: DoctorContext) -> str:
    outputs = deployed.outputs_of(context.session, context.connection.stack)
    if "NotificationQueueArn" not in outputs:
        raise unreachable(
            f"the stack {context.connection.stack} has no queue for notifications: "
            'deploy it with `make deploy ARGS="-c notifications=true"`'
        )
    return outputs["NotificationQueueArn"]


def _partners(config: Path) -> list[SellingPartner]:
    report_config = read_config(config)
    partners = [partner for partner in report_config.selling_partners if partner.enabled]
    if not partners:
        raise refused(f"{config} has no enabled selling partner: docs/configuration.md says how one is written")
    return partners


def _show(found: Iterable[Any]) -> None:
    table = Table.grid(padding=(0, 2, 0, 0))
    for one in found:
        mark = Text("✓", GOOD) if one["ok"] else Text("✗", BAD)
        table.add_row(mark, one["region"], f"{one['sellingPartner']} {one['sellingPartnerId']}", Text(one["says"]))
    console().print(table)
