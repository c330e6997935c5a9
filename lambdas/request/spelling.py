"""The known word that a misspelt one was probably meant to be."""

from collections.abc import Iterable
from difflib import SequenceMatcher

ALIKE = 0.8
# Report types have long names, of which people leave out the end.
CUT_SHORT = 0.95


def nearest(word: str, known: Iterable[str], *, alike: float = ALIKE) -> str | None:
    """Return the one of `known` that is nearest to `word`, or that begins nearest to it; None where none is near.

    Case does not count. `alike` is difflib's ratio, from 0 (nothing in common) to 1 (the same but for the case); a
    beginning counts a little less than a whole word.
    """
    given = SequenceMatcher(b=word.lower(), autojunk=False)

    def ratio(other: str) -> float:
        given.set_seq1(other)
        return given.ratio() if given.quick_ratio() >= alike else 0.0

    def likeness(other: str) -> float:
        whole = ratio(other.lower())
        return max(whole, CUT_SHORT * ratio(other.lower()[: len(word)])) if len(other) > len(word) else whole

    near, found = max(((likeness(each), each) for each in known), key=lambda pair: pair[0], default=(0.0, None))
    return found if near >= alike else None
