"""One thing that is wrong with a configuration, or worth knowing of it, and where it stands."""

from typing import NamedTuple


class ConfigProblem(NamedTuple):
    """Where it stands, such as `("reports", 2, "period")`, and the rest of the sentence about it."""

    path: tuple[str | int, ...]
    sentence: str
