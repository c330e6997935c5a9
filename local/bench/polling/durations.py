"""How long reports take, as assumed: nobody outside Amazon knows.

A report is in the queue, lognormal around 5 s, and then processed. One in a hundred takes much longer, up
to four hours.
"""

import math
import random
from collections.abc import Callable

LONGEST = 4 * 3600
MANY = 3000
Draw = Callable[[random.Random], float]


def _lognormal(median: float, sigma: float) -> Draw:
    return lambda chance: chance.lognormvariate(math.log(median), sigma)


def _weibull(median: float, shape: float) -> Draw:
    return lambda chance: chance.weibullvariate(median / math.log(2) ** (1 / shape), shape)


def _gamma(mean: float, shape: float) -> Draw:
    return lambda chance: chance.gammavariate(shape, mean / shape)


def _loglogistic(median: float, shape: float) -> Draw:
    def draw(chance: random.Random) -> float:
        share = chance.random()
        return median * math.pow(share / (1 - share), 1 / shape)

    return draw


def _uniform(shortest: float, longest: float) -> Draw:
    return lambda chance: chance.uniform(shortest, longest)


def _either(often: Draw, seldom: Draw) -> Draw:
    return lambda chance: (often if chance.random() < 0.7 else seldom)(chance)


# What the constants of polling.py were chosen on, and what they are judged by.
CHOSEN_ON = {
    "20 s": _lognormal(20, 0.6),
    "1 min": _lognormal(60, 0.8),
    "5 min": _lognormal(300, 0.8),
    "30 min": _lognormal(1800, 0.7),
    "5-15 min": _uniform(300, 900),
    "30 s, 15 min": _either(_lognormal(30, 0.4), _lognormal(900, 0.4)),
}
JUDGED_BY = {
    "40 s": _loglogistic(40, 2.5),
    "3 min": _weibull(180, 1.2),
    "8 min": _gamma(480, 6),
    "25 min": _loglogistic(1500, 4),
    "70 min": _weibull(4200, 3),
    "1 or 10 min": _either(_gamma(60, 4), _weibull(600, 4)),
}


def durations(draw: Draw, *, seed: str, count: int = MANY) -> list[float]:
    """Return the seconds that some reports take from createReport to their end."""
    chance = random.Random(seed)  # noqa: S311  # a simulation that is the same each time
    return [_duration(draw, chance) for _ in range(count)]


def _duration(draw: Draw, chance: random.Random) -> float:
    processed = draw(chance)
    if chance.random() < 0.01:
        processed = math.exp(chance.uniform(math.log(max(processed, 60)), math.log(LONGEST)))
    return min(chance.lognormvariate(math.log(5), 1) + processed, LONGEST)
