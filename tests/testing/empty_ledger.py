"""A ledger that knows nothing, without DynamoDB."""

from datetime import timedelta
from typing import Any

from lambdas.ledger.table import Ledger


class NothingThere:
    """A DynamoDB client whose table has no items; it notes how many keys each call asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def batch_get_item(self, *, RequestItems: Any) -> Any:  # noqa: N803  # boto3's name
        """Answer that there is nothing."""
        self.asked += [len(of_table["Keys"]) for of_table in RequestItems.values()]
        return {"Responses": {}, "UnprocessedKeys": {}}


def ledger(dynamodb: NothingThere | None = None) -> Ledger:
    """Return a ledger that knows nothing."""
    client: Any = dynamodb or NothingThere()
    return Ledger(dynamodb=client, table="ledger", retention=timedelta())
