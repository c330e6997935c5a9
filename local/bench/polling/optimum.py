"""The best that polls can do for known durations: a dynamic programme, and the front that it gives.

A poll costs one, a second of delay `price`. The next poll after `i` is the one that makes the rest cheapest, and it is
never later than the one after `i + 1`, which bounds the search.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

from local.bench.polling.durations import LONGEST
from local.bench.polling.policies import Polls
from local.bench.polling.scores import Found, found, mean

# Seconds of delay that one call is worth, from eager to patient.
WORTHS = [0.1 * 50_000 ** (step / 11) for step in range(12)]
Front = list[tuple[float, float]]
"""Mean calls and mean delay, the fewest calls first."""


def best(durations: Iterable[float], price: float) -> Polls:
    """Return the polls that cost least: a second apart or, where that is more, 0.3 % of the time elapsed."""
    ordered, grid = sorted(durations), _grid()
    ended = [bisect_right(ordered, at) for at in grid]
    sums = [0.0, *accumulate(ordered)]
    last = len(grid) - 1
    cost, following, bound = [0.0] * (last + 1), [last] * (last + 1), last
    for here in range(last - 1, -1, -1):
        if ended[here] == len(ordered):
            continue
        delays = (
            (ended[there] - ended[here]) * grid[there] - (sums[ended[there]] - sums[ended[here]])
            for there in range(here + 1, bound + 1)
        )
        total, bound = min((price * delay + cost[there], there) for there, delay in enumerate(delays, start=here + 1))
        cost[here], following[here] = total + len(ordered) - ended[here], bound
    polls, here = [], 0
    while here < last:
        here = following[here]
        polls.append(grid[here])
    return polls


def _grid() -> list[float]:
    grid = [0.0]
    while grid[-1] < LONGEST:
        grid.append(grid[-1] + max(1.0, grid[-1] * 0.003))
    return grid


def front(types: Sequence[Sequence[float]], like: Sequence[Sequence[float]], *, learned: bool) -> Front:
    """Return what is best for a mix of types at each worth of a call: polls for each type, or the same for all.

    They are the best for many other durations `like` those: for the same ones they would foresee each straggler.
    """
    groups = [*zip(types, like, strict=True)] if learned else [(_all(types), _all(like))]
    points = []
    for worth in WORTHS:
        noticed: list[Found] = []
        for group, foreseen in groups:
            noticed += found(group, [best(foreseen, 1 / worth)])
        points.append((mean(each.calls for each in noticed), mean(each.delay for each in noticed)))
    return sorted(points)


def _all(types: Sequence[Sequence[float]]) -> list[float]:
    return [seconds for each in types for seconds in each]


def delay_at(calls: float, points: Front) -> float:
    """Return the least mean delay for that many calls, between the points of a front."""
    logs = [(math.log(some), math.log(delay)) for some, delay in points]
    wanted = math.log(calls)
    (x, y), (next_x, next_y) = next((pair for pair in pairwise(logs) if wanted <= pair[1][0]), (logs[-2], logs[-1]))
    return math.exp(y + (next_y - y) * (wanted - x) / (next_x - x))
