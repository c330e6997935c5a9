"""What a person sees of a local run: progress while it goes, then a table of how everything ended."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.local_run.executions import WATCHED, LocalExecution, Summary
from cli.local_run.function_logs import Statistics
from cli.outcome_view import findings
from lambdas.spapi.foreign import error_message

GOOD, BAD = "green", "red"


class Screen:
    """The run on a terminal, or as plain lines where there is none."""

    def __init__(self, console: Console) -> None:
        """Write to `console`."""
        self.console = console

    @contextmanager
    def step(self, doing: str) -> Iterator[None]:
        """Show what is being done for as long as it takes."""
        if not self.console.is_terminal:
            self.console.print(f"{doing} …")
        with self.console.status(f"{doing} …"):
            yield
        if self.console.is_terminal:
            self.console.print(Text.assemble(("✓", GOOD), f" {doing}"))

    def say(self, text: str) -> None:
        """Print a line."""
        self.console.print(text, soft_wrap=True)

    @contextmanager
    def following(self, executions: Sequence[LocalExecution]) -> Iterator["Follower"]:
        """Show executions as they move; call the follower's `update` after each refresh."""
        if not self.console.is_terminal:
            yield Follower(self, executions, live=None)
            return
        with Live(console=self.console, refresh_per_second=8, transient=True) as live:
            yield Follower(self, executions, live=live)

    def outcomes(self, executions: Sequence[LocalExecution], summaries: Sequence[Summary]) -> None:
        """Print how each execution ended, and under it the landed file, or why there is none; failures come last."""
        names = max(len(execution.name) for execution in executions) + 2
        outcomes = max(len(execution.outcome) for execution in executions) + 2
        self._line(Text(f"\n   {'execution':<{names}}{'ended as':<{outcomes}}{'polls':>5}{'bytes':>14}", "bold"))
        both = zip(executions, summaries, strict=True)
        for execution, summary in sorted(both, key=lambda each: not each[0].as_it_should):
            row = Text("✓  " if execution.as_it_should else "✗  ", GOOD if execution.as_it_should else BAD)
            row.append(f"{execution.name:<{names}}", "default")
            row.append(f"{execution.outcome:<{outcomes}}", GOOD if execution.status == "SUCCEEDED" else BAD)
            size = f"{summary['bytes']:,}" if "bytes" in summary else ""
            row.append(f"{summary['calls'].get('getReport', 0):>5}{size:>14}", "default")
            self._line(row)
            self._words(Text(_why(summary), "dim"), indent=5)
            output = summary["output"] if isinstance(summary["output"], dict) else {}
            for finding in findings(output):
                self._words(finding, indent=5)
        self.say("")
        self._words(Text(counts(executions)))

    def metrics(self, counted: Mapping[str, Statistics]) -> None:
        """Print the metrics that count something, as CloudWatch would have them."""
        sums = [f"{name} {of['Sum']:,.0f}" for name, of in counted.items() if "Seconds" not in name]
        self.say("")
        self._words(Text(f"Metrics: {', '.join(sums)}"))

    def _words(self, text: Text, *, indent: int = 0) -> None:
        """Print lines that break between words only: a path that is broken in the middle cannot be copied."""
        for line in text.wrap(self.console, self.console.width - indent, overflow="ignore"):
            self._line(Text(" " * indent).append_text(line))

    def _line(self, text: Text) -> None:
        text.rstrip()
        self.console.print(text, soft_wrap=True)


class Follower:
    """Executions on their way."""

    def __init__(self, screen: Screen, executions: Sequence[LocalExecution], *, live: Live | None) -> None:
        """Show them live, or tell each end in a line."""
        self._screen = screen
        self._executions = executions
        self._live = live
        self._told: set[str] = set()

    def update(self) -> None:
        """Show where the executions are now."""
        if self._live:
            self._live.update(Group(counts(self._executions), self._table()))
            return
        for execution in self._executions:
            if execution.ended and execution.arn not in self._told:
                self._told.add(execution.arn)
                count = f"{len(self._told)} of {len(self._executions)}"
                self._screen.say(f"  {count}  {execution.name}: {execution.outcome} after {execution.polls} polls")

    def _table(self) -> Table:
        """Return those that run, as many as are watched."""
        table = Table(box=None, pad_edge=False, show_header=False)
        for execution in [one for one in self._executions if not one.ended][:WATCHED]:
            state = execution.states[-1] if execution.states else ""
            table.add_row(execution.name, state, f"{execution.polls} polls")
        return table


def counts(executions: Sequence[LocalExecution]) -> str:
    """Return how many have ended, and how: `10 of 13 ended: 8 LANDED, 2 ReportFatal`."""
    outcomes = Counter(execution.outcome for execution in executions if execution.ended)
    each = ", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.most_common())
    return f"{outcomes.total():,} of {len(executions):,} ended{f': {each}' if each else ''}"


def _why(summary: Summary) -> str:
    if "localPath" in summary:
        return summary["localPath"]
    if "notFetched" in summary:
        return f"landed, and is not here: {summary['notFetched']}"
    if summary["cause"]:
        return error_message(summary["cause"])
    return str(summary["output"].get("reason", "")) if isinstance(summary["output"], dict) else ""
