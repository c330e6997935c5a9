"""Names of tables and columns that Athena, Spark, Snowflake and DuckDB take unquoted, in letters of any script."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

OWN_PREFIX = "rf_"
ROW, EXTRA, LANDED_AT = "rf_row", "rf_extra", "rf_landed_at"
# Of reportflow's own, in the order in which a table has them; and the partition's.
OWN = (
    "rf_report_id",
    LANDED_AT,
    "rf_window_start",
    "rf_window_end",
    "rf_marketplaces",
    "rf_options",
    "rf_source",
    ROW,
    EXTRA,
)
PARTITION_KEYS = ("rf_seller", "rf_month")
# Glue takes 255 bytes; a letter has four at most, and a name that stands twice gets a number.
LONGEST = 60


def table_of(report_type: str, part: str = "") -> str:
    """Return the table of a report type; `part` is the array of a JSON document, or the record of an XML one."""
    return f"{report_type.lower()}__{column(part)}" if part else report_type.lower()


def column(text: str) -> str:
    """Return a column's name in snake_case; empty if the text has no letter and no digit."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", unicodedata.normalize("NFKC", text).strip())
    name = re.sub(r"[\W_]+", "_", words.lower()).strip("_")[:LONGEST].rstrip("_")
    return f"_{name}" if name[:1].isdigit() else name


def columns(header: Iterable[str], aliases: Mapping[str, str]) -> list[str]:
    """Return a name for each cell of a header, no two the same: its alias, if it has one, or its own words.

    The keys of `aliases` are cells of headers, compared as `column` has them.
    """
    known, taken = {column(cell): name for cell, name in aliases.items()}, set[str]()
    names = []
    for place, cell in enumerate(header, 1):
        own = column(cell)
        name = known.get(own, own) or f"column_{place}"
        name = unique = f"amazon_{name}" if name.startswith(OWN_PREFIX) else name
        number = 1
        while unique in taken:
            number += 1
            unique = f"{name}_{number}"
        taken.add(unique)
        names.append(unique)
    return names
