"""Find gaps: holds the windows that the configuration makes one expect against the ledger. Run once a day.

In: nothing. Out: how many windows there are of each kind. All of it lands as `gaps/date=<day>.json`. What has failed
for a reason that passes goes on, unless the deployment says otherwise. Raises: executions.NotAllStarted, where the
missing ones are to be started.
"""

from datetime import timedelta

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.failed_windows import DONE, repeat_failed
from lambdas.gaps import KINDS, find_gaps
from lambdas.observability.invocation_log import log_invocation
from lambdas.payloads.state_data import Context

# What raises an alarm: the windows before a new schedule are gaps too, and nobody's fault. The last look was a day ago.
LATELY = timedelta(days=2)


def handler(_event: object, context: Context) -> dict[str, int]:
    """Run find_gaps, write down what it finds and, if the deployment says so, start what is missing."""
    with log_invocation("Find gaps") as run:
        now, report_config, ledger = clock.now(), dependencies().report_config, dependencies().ledger
        gaps = find_gaps(report_config, ledger=ledger, now=now, lately=now - LATELY)
        if dependencies().environment.repeat_failed:
            repeated = repeat_failed(gaps.unfinished, executions=dependencies().executions, now=now, context=context)
            gaps.found["repeated"] = [each._asdict() for each in repeated]
            run.measured["Repeated"] = sum(each.repeated in DONE for each in repeated)
        key = f"gaps/date={now:%Y-%m-%d}.json"
        dependencies().bucket.put_json(key, gaps.found)
        counted = {kind: sum(row[kind] for row in gaps.found["reports"]) for kind in KINDS}
        run.fields = {"key": key, **{kind.replace(" ", "_"): count for kind, count in counted.items()}}
        run.measured["MissingWindows"] = gaps.missing_lately
        if dependencies().environment.start_missing_windows:
            dependencies().executions.start_all(gaps.missing, context=context)
        return counted
