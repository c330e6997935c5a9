"""Compares policies on a mix of report types, with each other and with the optimum for as many calls."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lambdas.ledger.report_statistics import KEPT
from lambdas.polling.poll_schedule import FACTOR
from local.bench.polling.durations import MANY, Draw, durations
from local.bench.polling.optimum import Front, delay_at, front
from local.bench.polling.policies import Policy, doubling, fixed, reportflow
from local.bench.polling.scores import Found, Score, found, score

DEFAULT = f"reportflow, pollingFactor {FACTOR:g}"
BLIND: dict[str, Policy] = {
    "fixed 30 s": fixed(30),
    "fixed 60 s": fixed(60),
    "×2, from 10 s to 300 s": doubling(10, 300),
    "reportflow, nothing learned": reportflow(factor=FACTOR, learned=False),
}
LEARNED: dict[str, Policy] = {
    f"reportflow, pollingFactor {factor:g}": reportflow(factor=factor, learned=True)
    for factor in (3, 4, FACTOR, 7, 10, 20)
}
# The ledger learns from so many reports at a time; the averages are over several such lots.
LOTS = 8


class Row(NamedTuple):
    """A policy on one type, or on the `mix` of all, and how many times the optimum's its mean delay is."""

    policy: str
    reports: str
    score: Score
    times_optimum: float


def compare(draws: Mapping[str, Draw]) -> Iterator[Row]:
    """Yield the rows of a mix: each policy's on the mix, then on each type.

    The optimum knows how durations are distributed. For what learns it has polls for each type, for what does not the
    same for all.
    """
    types = {name: durations(draw, seed=name) for name, draw in draws.items()}
    known = {name: durations(draw, seed=f"{name}, earlier", count=LOTS * KEPT) for name, draw in draws.items()}
    like = {name: durations(draw, seed=f"{name}, for the optimum", count=20 * MANY) for name, draw in draws.items()}
    fronts = {name: front([each], [like[name]], learned=False) for name, each in types.items()}
    for policies, learned in ((BLIND, False), (LEARNED, True)):
        of_mix = front([*types.values()], [*like.values()], learned=learned)
        for policy, polls_of in policies.items():
            noticed = {name: found(types[name], polls_of(known[name])) for name in types}
            yield _row(policy, "mix", [each for every in noticed.values() for each in every], of_mix)
            for name, of_type in noticed.items():
                yield _row(policy, name, of_type, fronts[name])


def _row(policy: str, reports: str, noticed: list[Found], points: Front) -> Row:
    scored = score(noticed)
    return Row(policy, reports, scored, scored.mean_delay / delay_at(scored.calls, points))
