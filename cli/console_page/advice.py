"""What `reportflow explain` says of an execution, for the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from markdown_it import MarkdownIt

from cli.diagnosis import ledger_says, of_type
from cli.explain import case_of

if TYPE_CHECKING:
    from datetime import datetime

    from cli.stack import DeployedStack

# Without HTML of the text's own.
MARKDOWN = MarkdownIt("commonmark", {"html": False})
# Its links lead to other pages of docs/, which are not served: their words stay.
for part in ("link_open", "link_close", "image"):
    MARKDOWN.add_render_rule(part, lambda *_: "")


class Advice(TypedDict):
    """`html` is what the outcome means and what to do; `known` are sentences about the type and the ledger."""

    cause: str
    html: str
    known: list[str]


def advice(deployed: DeployedStack, execution: str, *, now: datetime) -> Advice:
    """Return it. Raises what `reportflow explain` does."""
    case = case_of(deployed, execution)
    known = [*of_type(case.request, now=now), *ledger_says(case.row, case.execution)]
    return {"cause": case.cause, "html": MARKDOWN.render(case.advice), "known": known}
