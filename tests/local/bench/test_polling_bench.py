"""The polling bench: its optimum is one, its scores are right, and the waits are as good as the docs say."""

import json
import random
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pytest
from rich.console import Console

from local.bench.__main__ import parser
from local.bench.polling import comparison, optimum, run
from local.bench.polling.comparison import BLIND, DEFAULT, LEARNED, compare
from local.bench.polling.durations import CHOSEN_ON, JUDGED_BY, LONGEST, durations
from local.bench.polling.optimum import best, delay_at
from local.bench.polling.policies import Policy, Polls, doubling, fixed, reportflow
from local.bench.polling.scores import Score, found, mean, score


def cost(reports: Sequence[float], polls: Polls, price: float) -> float:
    return sum(each.calls + price * each.delay for each in found(reports, [polls]))


def on_mix(policy: Policy, mix: str) -> Score:
    draws = {"chosen on": CHOSEN_ON, "judged by": JUDGED_BY}[mix]
    noticed = []
    for name, draw in draws.items():
        noticed += found(durations(draw, seed=name, count=600), policy(durations(draw, seed=f"{name}!", count=320)))
    return score(noticed)


def test_a_report_is_noticed_by_the_first_poll_after_its_end() -> None:
    assert found([9, 10, 10.5, 20], [[10, 20]]) == [(1, 1), (1, 0), (2, 9.5), (2, 0)]
    assert found([9, 9], [[10], [15]]) == [(1, 1), (1, 6)]


def test_what_it_costs() -> None:
    scored = score(found([5.0] * 19 + [15.0], [[10, 20]]))
    assert (scored.calls, scored.mean_delay, scored.p95_delay) == (1.05, 5, 5)
    assert scored.transitions == pytest.approx(6 + 3 * 1.05)
    assert scored.dollars == pytest.approx(0.23, abs=0.01)


@pytest.mark.parametrize("price", [0.02, 0.2, 2])
def test_no_other_polls_are_cheaper_than_the_optimum(price: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optimum, "LONGEST", 9)
    chance = random.Random(price)  # noqa: S311 - the same reports each time
    for _ in range(20):
        reports = [chance.uniform(0, 9) for _ in range(6)]
        times = [float(second) for second in range(1, 9)]
        all_others = [[*some, 9.0] for count in range(9) for some in combinations(times, count)]
        cheapest = min(cost(reports, polls, price) for polls in all_others)
        assert cost(reports, best(reports, price), price) == pytest.approx(cheapest)


def test_the_front_is_read_between_its_points() -> None:
    points = [(2.0, 40.0), (8.0, 10.0), (16.0, 5.0)]
    assert [delay_at(calls, points) for calls in (2, 4, 8, 32)] == pytest.approx([40, 20, 10, 2.5])


def test_policies_are_polled_until_the_longest_report_is_noticed() -> None:
    assert [round(at, 2) for at in doubling(10, 30)([])[0][:4]] == [10.25, 30.5, 60.75, 91]
    for policy in (*BLIND.values(), *LEARNED.values()):
        for polls in policy([30.0] * 40):
            assert polls[-1] > LONGEST >= polls[-2]
    assert [polls[0] for polls in reportflow(factor=3, learned=True)([30.0] * 40 + [90.0] * 40)] == [30.25, 90.25]


@pytest.mark.parametrize("mix", ["chosen on", "judged by"])
def test_what_was_learned_is_better_than_a_fixed_minute_in_all_respects_at_once(mix: str) -> None:
    ours, theirs = on_mix(LEARNED[DEFAULT], mix), on_mix(fixed(60), mix)
    assert all(mine < other for mine, other in zip(ours, theirs, strict=True))


def test_what_was_learned_is_near_the_optimum_on_what_the_constants_were_not_chosen_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Three points of the front, around where the default is, say nearly what the bench's twelve do.
    monkeypatch.setattr(optimum, "WORTHS", [4, 16, 64])
    rows = [row for row in compare(JUDGED_BY) if row.policy == DEFAULT]
    assert {row.reports for row in rows} == {"mix", *JUDGED_BY}
    assert all(row.times_optimum < (1.25 if row.reports == "mix" else 1.4) for row in rows)


@pytest.mark.parametrize("mix", ["chosen on", "judged by"])
def test_the_growth_moves_along_the_front_of_calls_and_delay(mix: str) -> None:
    scores = [on_mix(policy, mix) for policy in LEARNED.values()]
    assert sorted(scores, key=lambda each: -each.calls) == sorted(scores, key=lambda each: each.mean_delay) == scores


def test_it_tells_and_writes_down_each_policy_on_each_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "MANY", 5)
    monkeypatch.setattr(
        comparison, "durations", lambda draw, *, seed, count=50: durations(draw, seed=seed, count=count)
    )
    monkeypatch.setattr(optimum, "WORTHS", [10, 100])
    console = Console(width=120, record=True, quiet=True)
    run.run_polling(tmp_path / "bench", console=console)
    rows = json.loads((tmp_path / "bench" / "polling.json").read_text())
    assert len(rows) == (len(BLIND) + len(LEARNED)) * (len(CHOSEN_ON) + 1 + len(JUDGED_BY) + 1)
    assert {"policy", "reports", "calls", "mean_delay", "timesOptimum"} < set(rows[0])
    assert mean(row["timesOptimum"] for row in rows) > 0.5


def test_it_is_asked_for_by_an_option() -> None:
    assert parser().parse_args(["--polling"]).polling
    assert not parser().parse_args([]).polling
