"""The kind of a document by its first bytes."""

import io
import tarfile
import zipfile

import pytest

import media


def tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("label, 1\t.pdf"))
    return stream.getvalue()


def workbook() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b'{"reportSpecification": {}}', media.JSON),
        (b' \r\n\t[{"sku": 1}]', media.JSON),
        (b'\xef\xbb\xbf{"a,b": 1}', media.JSON),
        ("{}".encode("utf-16"), media.JSON),
        (b'<?xml version="1.0"?>\n<a>\t,</a>', media.XML),
        (b"\xef\xbb\xbf<Returns/>", media.XML),
        (b"sku\tasin, quantity\r\nA-1\tB0", media.TSV),
        ("sku\tasin\r\nA-1\tB0".encode("utf-16"), media.TSV),
        ("sku\tasin\r\n".encode("utf-16-be"), media.TSV),
        ("商品名\t在庫数\r\n".encode("cp932"), media.TSV),
        (b"\xef\xbb\xbfdate,amount\n1\t,2", media.CSV),
        (b'"date","amount"', media.CSV),
        (b"Date range exceeded\nRequest 1, 2\t3", media.PLAIN),
        (b"", media.PLAIN),
        (b"%PDF-1.7\n%\xe2\xe3", media.PDF),
        (workbook(), media.XLSX),
        (tar(), media.TAR),
    ],
)
def test_the_first_bytes_tell(head: bytes, kind: media.Media) -> None:
    assert media.media_of(head) == kind


def test_only_delimited_text_has_rows_and_binary_is_no_text() -> None:
    kinds = [kind for kind in vars(media).values() if isinstance(kind, media.Media)]
    assert {kind.extension for kind in kinds if kind.delimited} == {"tsv", "csv"}
    assert {kind.extension for kind in kinds if not kind.text} == {"pdf", "tar", "xlsx"}
    assert len({kind.extension for kind in kinds}) == len(kinds) == 8
