"""A document that says which dates, hours or instants it holds, for types that have no sample of their own."""

from lambdas.request import report_types
from local.simulator.document import Document
from local.simulator.specification import Specification
from local.simulator.window_reading import Reading

COLUMNS = ("sku", "asin", "quantity")


def document_of(specification: Specification, reading: Reading) -> Document:
    """Return a document in its type's format: JSON, XML, CSV, or else a flat file."""
    rows = [("A-1", "B000000001", str(3 * number), row) for number, row in enumerate(reading.rows, start=1)]
    columns = (*COLUMNS, reading.unit)
    kind = report_types.get(specification.report_type)
    if kind.format == "JSON":
        return Document.json(
            {
                "reportSpecification": {
                    "reportType": specification.report_type,
                    "reportOptions": specification.received.get("reportOptions", {}),
                    "dataStartTime": reading.start,
                    "dataEndTime": reading.end,
                    "marketplaceIds": specification.marketplace_ids,
                },
                "reportData": [dict(zip(columns, row, strict=True)) for row in rows],
            }
        )
    if kind.format == "XML":
        attributes = (" ".join(f'{key}="{cell}"' for key, cell in zip(columns, row, strict=True)) for row in rows)
        records = "".join(f"<Row {each}/>" for each in attributes)
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Report>{records}</Report>\n'
        return Document.of(text.encode(), content_type="text/xml; charset=UTF-8")
    if kind.format == "CSV":
        return Document.text("".join(",".join(row) + "\r\n" for row in (columns, *rows)))
    return Document.tsv([columns, *rows])
