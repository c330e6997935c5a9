"""The known word that a misspelt one was probably meant to be."""

from collections.abc import Iterable
from difflib import get_close_matches

ALIKE = 0.8


def nearest(word: str, known: Iterable[str], *, alike: float = ALIKE) -> str | None:
    """Return the one of `known` that is nearest to `word`, in whatever case, or None where none is near.

    `alike` is difflib's ratio, from 0 (nothing in common) to 1 (the same but for the case).
    """
    by_lowercase = {each.lower(): each for each in known}
    found = get_close_matches(word.lower(), by_lowercase, n=1, cutoff=alike)
    return by_lowercase[found[0]] if found else None
