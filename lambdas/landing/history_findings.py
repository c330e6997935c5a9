"""What a document shows beside earlier ones of its kind: other columns, far fewer or more rows."""

from collections import Counter
from collections.abc import Iterator, Sequence

from lambdas.payloads.findings import Finding, finding

# Fewer rows or reports say nothing.
MIN_REPORTS, MIN_ROWS = 5, 20
# So many interquartile ranges from the median, and a quarter of it or four times as many.
FAR = 3
QUARTER = 4


def unusual_rows(rows: int | None, earlier: Sequence[int]) -> Iterator[Finding]:
    """Yield a finding if there are far fewer or far more rows than in `earlier` reports."""
    if not rows or len(earlier) < MIN_REPORTS:
        return
    # The standard library's statistics cost a cold start more than this.
    ordered = sorted(earlier)
    low, middle, high = (ordered[len(ordered) * quarter // QUARTER] for quarter in (1, 2, 3))
    spread = high - low
    fewer = rows < middle - FAR * spread and rows < middle / QUARTER
    more = rows > middle + FAR * spread and rows > middle * QUARTER
    if max(middle, rows) >= MIN_ROWS and (fewer or more):
        word = "fewer" if fewer else "more"
        usual = (
            f"the {len(earlier)} before it had {middle:,.0f} in the middle, and half of them {low:,.0f} to {high:,.0f}"
        )
        sentence = f"The document has {rows:,} rows, far {word} than usual: {usual}."
        yield finding("ROWS", "warning", sentence, rows=rows, median=middle, quartiles=[low, high])


def layout_change(columns: Sequence[str] | None, before: Sequence[str] | None) -> Iterator[Finding]:
    """Yield a finding if the columns are not those of the report `before`."""
    if not columns or not before or [*columns] == [*before]:
        return
    appeared = [*(Counter(columns) - Counter(before))]
    vanished = [*(Counter(before) - Counter(columns))]
    renamed = []
    if len(columns) == len(before):
        pairs = [(old, new) for old, new in zip(before, columns, strict=True) if old != new]
        renamed = [{"from": old, "to": new} for old, new in pairs if old in vanished and new in appeared]
    for pair in renamed:
        vanished.remove(pair["from"])
        appeared.remove(pair["to"])
    kept = [column for column in columns if column in before]
    moved = kept != [column for column in before if column in columns]
    said = [
        *([f"{', '.join(appeared)} appeared"] if appeared else []),
        *([f"{', '.join(vanished)} vanished"] if vanished else []),
        *[f"{pair['from']} is now {pair['to']}" for pair in renamed],
        *(["columns have moved"] if moved else []),
    ]
    yield finding(
        "LAYOUT",
        "warning" if vanished or renamed else "info",
        f"The document has other columns than the report before it: {'; '.join(said) or 'their number differs'}.",
        appeared=appeared,
        vanished=vanished,
        renamed=renamed,
        moved=moved,
    )
