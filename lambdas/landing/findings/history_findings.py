"""What a document shows beside earlier ones of its kind: other columns, far fewer or more rows."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from lambdas.payloads.findings import Finding, finding

# Fewer rows or reports say nothing.
MIN_REPORTS, MIN_ROWS = 5, 20
# A quarter of the median or four times as many, and the quotient of the quartiles, cubed, from it: what grows or has
# busy days multiplies.
QUARTER = 4
FAR = 3
# So many names are in a sentence; the details have all.
NAMED = 10


def unusual_rows(rows: int | None, earlier: Sequence[int]) -> Iterator[Finding]:
    """Yield a finding if there are far fewer or far more rows than in `earlier` reports."""
    if not rows or len(earlier) < MIN_REPORTS:
        return
    # The standard library's statistics cost a cold start more than this.
    ordered = sorted(earlier)
    low, middle, high = (ordered[len(ordered) * quarter // QUARTER] for quarter in (1, 2, 3))
    far = max(QUARTER, (max(high, 1) / max(low, 1)) ** FAR)
    fewer, more = rows * far < middle, rows > max(middle, 1) * far
    if max(middle, rows) >= MIN_ROWS and (fewer or more):
        word = "fewer" if fewer else "more"
        usual = f"{len(earlier)} reports like it had {middle:,} in the middle, and half of them {low:,} to {high:,}"
        what = f"{rows:,} rows" if rows > 1 else "1 row"
        sentence = f"The document has {what}, far {word} than usual: {usual}."
        yield finding("ROWS", "warning", sentence, rows=rows, median=middle, quartiles=[low, high])


def layout_change(columns: Sequence[str] | None, before: Sequence[str] | None) -> Iterator[Finding]:
    """Yield a finding if the columns are not those of the report `before`."""
    if not columns or not before or [*columns] == [*before]:
        return
    renamed, moved = _compared(before, columns)
    appeared = [*(Counter(columns) - Counter(before) - Counter(pair["to"] for pair in renamed))]
    vanished = [*(Counter(before) - Counter(columns) - Counter(pair["from"] for pair in renamed))]
    pairs = [f"{_named(pair['from'])} is now {_named(pair['to'])}" for pair in renamed]
    said = [
        *([f"{_listed(map(_named, appeared))} appeared"] if appeared else []),
        *([f"{_listed(map(_named, vanished))} vanished"] if vanished else []),
        *([_listed(pairs)] if pairs else []),
        *([f"{_listed(map(_named, moved))} moved"] if moved else []),
    ]
    yield finding(
        "LAYOUT",
        "warning" if vanished or renamed else "info",
        f"The document has other columns than the report before it: {'; '.join(said)}.",
        appeared=appeared,
        vanished=vanished,
        renamed=renamed,
        moved=moved,
    )


def _compared(before: Sequence[str], columns: Sequence[str]) -> tuple[list[dict[str, str]], list[str]]:
    """Return the columns that have another name in the same place, and those that are in another place."""
    # Few reports need it, and each cold start would pay for it.
    from difflib import SequenceMatcher

    pairs, kept = [], Counter[str]()
    for kind, start, end, to, until in SequenceMatcher(None, before, columns, autojunk=False).get_opcodes():
        if kind == "equal":
            kept.update(columns[to:until])
        elif end - start == until - to:
            pairs += [*zip(before[start:end], columns[to:until], strict=True)]
    if len(columns) == len(before):
        pairs += [*zip(before, columns, strict=True)]
    in_both = Counter(columns) & Counter(before)
    renamed: dict[str, str] = {}
    for old, new in pairs:
        if old not in {*columns, *renamed} and new not in {*before, *renamed.values()}:
            renamed[old] = new
    # Where no column is as it was, none is another one's new name.
    return [{"from": old, "to": new} for old, new in renamed.items() if in_both], [*(in_both - kept)]


def _listed(names: Iterable[str]) -> str:
    every = [*names]
    more = f" and {len(every) - NAMED:,} more" if len(every) > NAMED else ""
    return ", ".join(every[:NAMED]) + more


def _named(column: str) -> str:
    return column or "(without a name)"
