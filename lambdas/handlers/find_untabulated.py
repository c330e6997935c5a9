"""Find untabulated: sends what has landed lately and is in no table to Tabulate's queue. Run once a day.

In: nothing. Out: how many windows were sent. Raises: backlog.QueueRefused. Reports with personal data are not looked
for: a table file that is made later than on the day of their landing would outlive them.
"""

from datetime import timedelta

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.observability.invocation_log import log_invocation

# The last look was a day ago, if it was one that came to its end.
LATELY = timedelta(days=3)


def handler(_event: object, _context: object) -> dict[str, int]:
    """Send what is in no table."""
    with log_invocation("Find untabulated") as run:
        config, backlog = dependencies().report_config, dependencies().backlog(since=clock.now() - LATELY)
        found = backlog.untabulated(
            wanted=lambda report: config.has_table(report.report_type, report.selling_partner_id)
        )
        sent = dependencies().send_to_tables(found)
        run.measured["Untabulated"] = sent
        return {"sent": sent}
