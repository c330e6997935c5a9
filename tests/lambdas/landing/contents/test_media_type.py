"""The kind of a document by its first bytes."""

import pytest

from lambdas.landing.contents.media_type import Media, media_of
from local.simulator.edge_case_documents import archive_of_pdfs, tar, workbook

JSON = Media("json", "application/json", text=True, delimited=False)
XML = Media("xml", "application/xml", text=True, delimited=False)
TSV = Media("tsv", "text/tab-separated-values", text=True, delimited=True)
CSV = Media("csv", "text/csv", text=True, delimited=True)
PLAIN = Media("txt", "text/plain", text=True, delimited=False)
PDF = Media("pdf", "application/pdf", text=False, delimited=False)
HTML = Media("html", "text/html", text=True, delimited=False)
ZIP = Media("zip", "application/zip", text=False, delimited=False)
BINARY = Media("bin", "application/octet-stream", text=False, delimited=False)
TAR = Media("tar", "application/x-tar", text=False, delimited=False)
XLSX = Media("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", text=False, delimited=False)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b'{"reportSpecification": {}}', JSON),
        (b' \r\n\t[{"sku": 1}]', JSON),
        (b'\xef\xbb\xbf{"a,b": 1}', JSON),
        ("{}".encode("utf-16"), JSON),
        ("\ufeff\r\n{}".encode("utf-16-be"), JSON),
        (b'<?xml version="1.0"?>\n<a>\t,</a>', XML),
        (b"\xef\xbb\xbf<Returns/>", XML),
        (b"sku\tasin, quantity\r\nA-1\tB0", TSV),
        ("sku\tasin\r\nA-1\tB0".encode("utf-16"), TSV),
        ("\ufeffsku\tasin\r\n".encode("utf-16-be"), TSV),
        ("商品名\t在庫数\r\n".encode("cp932"), TSV),
        (b"\xef\xbb\xbfdate,amount\n1\t,2", CSV),
        (b'"date","amount"', CSV),
        (b"Date range exceeded\nRequest 1, 2\t3", PLAIN),
        (b"date,amount\n1,\t2", CSV),
        (b"", PLAIN),
        (b"%PDF-1.7\n%\xe2\xe3", PDF),
        (workbook(), XLSX),
        (archive_of_pdfs(), ZIP),
        (b"PK\x05\x06" + bytes(18), ZIP),
        (b"<!DOCTYPE HTML><html>", HTML),
        (b"\r\n<html>,\t</html>", HTML),
        (b"<!-- busy -->\n<!doctype\n html>", HTML),
        (b'\xef\xbb\xbf<?xml version="1.0"?><HTML xmlns="a">', HTML),
        (b"<head><title>502 Bad Gateway</title></head>", HTML),
        (b"<center><h1>503</h1></center>", HTML),
        ("<!-- ü --><body>".encode("utf-16"), HTML),
        (b"<!-- <html> --><Orders/>", XML),
        (b"<htmlReport/>", XML),
        (b"<Body><Order/></Body>", XML),
        (b"<h1:Order/>", XML),
        (b"<!-- no end <html>", XML),
        (b'"a\tb","c"\n"1","2"', CSV),
        (b'a,"b\n\tc",d\n', CSV),
        (b'"a,b"\t"c"\n', TSV),
        (b'5" a\t6" b\n', TSV),
        (b'"No data, sorry"', PLAIN),
        (b"a,b\r1\t,2\r", CSV),
        (b"\x1f\x8b\x08\0\t\n", BINARY),
        (b"\x89PNG\r\n\x1a\n\0,\0", BINARY),
        (bytes(range(256)), BINARY),
        (b"a\tb\n\x011\t\x1f\0\n", TSV),
        (tar(), TAR),
    ],
)
def test_the_first_bytes_tell(head: bytes, kind: Media) -> None:
    assert media_of(head) == kind
