"""The memory of the function Tabulate: the same for reports of all sizes, and enough for the oddest."""

import pytest

from tests.assemblies import Assemblies
from tests.testing.own_process import measured
from tests.testing.template import Template

# Of Lambda's memory, for the runtime and boto3's answers.
SHARE = 0.5
TABULATE = """
import itertools, json, sys
from pathlib import Path
from tempfile import TemporaryDirectory
from lambdas.tables import parquet_file
from lambdas.tables.documents import tables_of
from lambdas.tables.landed_report import LandedReport
from local.bench.process import peak_rss_mb
from tests.testing.landed_samples import CSV, JSON, ORDERS, TSV, XML, manifest

SALES, XML_ORDERS = "GET_SALES_AND_TRAFFIC_REPORT", "GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL"
MIB = 1024 * 1024
shape, mib = sys.argv[1], int(sys.argv[2])
cells = [f"{number}é" for number in range(30)]
order = "".join(f"<C{number}>{cell}</C{number}>" for number, cell in enumerate(cells))
SHAPES = {
    "TSV": (ORDERS, TSV, "\\t".join(cells) + "\\n", "\\t".join(cells) + "\\n", ""),
    "ragged TSV": (ORDERS, TSV, "\\t".join(cells) + "\\n", "\\t".join([*cells, "more"]) + "\\n1\\n", ""),
    "CSV": (ORDERS, CSV, ",".join(cells) + "\\n", ",".join(f'"{cell}"' for cell in cells) + "\\n", ""),
    "JSON": (SALES, JSON, '{"a": [{}', "," + json.dumps(dict(enumerate(cells)), ensure_ascii=False), "]}"),
    "XML": (XML_ORDERS, XML, "<E><M>", f"<Order>{order}</Order>", "</M></E>"),
    "one line of TSV": (ORDERS, TSV, "a\\tb\\n", "é", "\\n"),
    "one cell of CSV": (ORDERS, CSV, 'a,b\\n"', "é\\n", '"\\n'),
    "one record of JSON": (SALES, JSON, '{"a": [{"b": "', "é", '"}]}'),
}
kind, media, start, repeated, end = SHAPES[shape]
block = (repeated * (64 * 1024 // len(repeated.encode()) or 1)).encode()

def read():
    yield start.encode()
    for _ in range(mib * MIB // len(block)):
        yield block
    yield end.encode()

report = LandedReport.from_manifest(manifest(report_type=kind, media=media))
with TemporaryDirectory() as folder:
    rows = [
        parquet_file.write(Path(folder, "rows"), table.columns, table.rows, own=report.own_columns(), landed_at=0)
        for table in tables_of(report, read, {})
    ]
print(json.dumps({"rows": max(rows), "peakMb": peak_rss_mb()}))
"""


def peak_mb(shape: str, mib: int, *, rows: int) -> float:
    found = measured(TABULATE, shape, str(mib))
    assert found["rows"] >= rows
    return float(found["peakMb"])


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("shape", "mib", "rows"),
    [
        ("TSV", 48, 300_000),
        ("ragged TSV", 48, 600_000),
        ("CSV", 48, 200_000),
        ("JSON", 24, 50_000),
        ("XML", 24, 40_000),
    ],
)
def test_memory_is_the_same_for_reports_of_all_sizes(shape: str, mib: int, rows: int) -> None:
    # A quarter fills what is held at a time: rows that are written together.
    assert peak_mb(shape, mib, rows=rows) < 1.25 * peak_mb(shape, mib // 4, rows=1000)


@pytest.mark.exhaustive
@pytest.mark.parametrize("shape", ["one line of TSV", "one cell of CSV", "one record of JSON"])
def test_the_oddest_reports_fit_into_the_function_s_memory(shape: str, assemblies: Assemblies) -> None:
    template = Template.read(assemblies.wait_for("many-partners"))
    functions = [properties for _, _, properties in template.functions() if ".tabulate." in properties["Handler"]]
    (memory_mb,) = {properties["MemorySize"] for properties in functions}
    # Longer ones than what is too long for a row have none.
    assert peak_mb(shape, 60 if "JSON" in shape else 31, rows=1) < SHARE * memory_mb
