"""Which names of columns, elements and keys mean data of a buyer: `personal_columns.json`, in each language."""

import json
import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

# Letters with a stroke or without a dot, which Unicode does not take apart.
UNDECOMPOSED = str.maketrans("ıłđø", "ildo")


class Names(NamedTuple):
    """The expressions of `personal_columns.json`."""

    told_of: list[tuple[re.Pattern[str], re.Pattern[str]]]
    """By language: words for a person, and words for what a column says about one."""
    alone: re.Pattern[str]
    other: re.Pattern[str]


@lru_cache(maxsize=1000)
def is_personal(name: str) -> bool:
    """Say whether a column, an element or a key of this name holds data of a buyer."""
    plain, names = _plain(name), _names()
    if names.other.search(plain):
        return False
    told = any(person.search(plain) and told.search(plain) for person, told in names.told_of)
    return told or bool(names.alone.match(plain))


@cache
def _names() -> Names:
    data = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    told = data["told"]
    told_of = [
        (_expression(person), _expression(told[language], told["en"])) for language, person in data["person"].items()
    ]
    return Names(told_of, _expression(*data["alone"].values()), _expression(data["other"]))


def _expression(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_without_accents(each)})" for each in words))


def _plain(name: str) -> str:
    return "".join(character for character in _without_accents(name) if character.isalnum())


def _without_accents(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.casefold().translate(UNDECOMPOSED))
    return "".join(character for character in apart if not unicodedata.combining(character))
