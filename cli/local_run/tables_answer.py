"""The end of the demonstration: a query over the tables that it has just filled, through Athena's own interface."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from cli.athena import execute
from cli.query_output import first_rows
from cli.table_views import catalogued, make_views

if TYPE_CHECKING:
    from rich.table import Table

    from cli.stack import DeployedStack

LONGEST_SECONDS = 60
# Rows that Amazon has served in Cp1252 and in cp932, under headers in two languages.
STATEMENT = """SELECT product_name AS product, sum(quantity) AS pieces
FROM get_flat_file_all_orders_data_by_last_update_general_latest GROUP BY 1
UNION ALL SELECT item_name, sum(pending_quantity) FROM get_merchant_listings_all_data_latest GROUP BY 1
ORDER BY 2 DESC"""


class QueryAnswer(NamedTuple):
    """A statement, and its rows for a person."""

    statement: str
    table: Table


class RowsMissing(Exception):
    """What has landed has not become rows; the message says how long that was waited for."""


def ask(deployed: DeployedStack) -> QueryAnswer:
    """Wait until what has landed is rows, make the views, and ask.

    Raises:
        RowsMissing: the queue of what is to become rows does not get empty. CommandFailed: the query fails.
    """
    _wait(deployed)
    for _ in make_views(deployed, catalogued(deployed)):
        pass
    table, _ = first_rows(execute(deployed, STATEMENT))
    return QueryAnswer(f"SQL, answered by Athena:\n\n{STATEMENT}", table)


def _wait(deployed: DeployedStack) -> None:
    patience = time.monotonic() + LONGEST_SECONDS
    while _waiting(deployed):
        if time.monotonic() > patience:
            raise RowsMissing(f"what has landed is not in the tables after {LONGEST_SECONDS} seconds")
        time.sleep(0.2)


def _waiting(deployed: DeployedStack) -> int:
    attributes = deployed.sqs.get_queue_attributes(
        QueueUrl=deployed.tables.queue_url,
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )["Attributes"]
    return sum(int(count) for count in attributes.values())
