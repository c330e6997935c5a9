"""Documents as nasty as Amazon's, and nastier: each under a name, with what must become of it wherever it lands."""

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from local.simulator.document import Document

GERMANY, JAPAN, POLAND = "A1PA6795UKMFR9", "A1VC38T7YXB528", "A1C3SOZRARQ6R3"
TEXT = "sku\ttitle\r\nA-1\t„Röstfrisch“ – 6× €\r\nA-2\tCrème brûlée\r\n"
JAPANESE = "sku\t商品名\r\nJP-1\t抹茶①髙島屋\r\n"
FLAG_IS_MISSING = "compressionAlgorithm is None, and the document is gzip"
FLAG_IS_WRONG = "compressionAlgorithm is GZIP, and the document is not gzip"
ENCODED = "Content-Encoding is gzip, although identity was asked for"
TWICE = "the document came as gzip within gzip; the outer one was taken off"
BINARY = "the document is no text"
UNCERTAIN = "its charset is not certain"
POLISH = "sku\ttytuł\r\nA-1\tŁóżko dziecięce\r\n"
LATIN_2 = '<?xml version="1.0" encoding="{}"?>\n<a>Łóżko źdźbło</a>'


@dataclass(frozen=True, kw_only=True)
class EdgeCase:
    """A document and what becomes of it.

    extension       of the object's key
    rows            of a flat file, where they can be counted
    charset         in Python's name, and by what it is decided; none of what is no text
    text            what its UTF-8 copy says, or else why there is none (the beginning)
    lands           the bytes that land, where they are not those that are served
    disagreements   of labels and bytes, as the manifest has them
    findings        their codes, for a type with TSV reports
    refused         instead of all that: the name of the error, and nothing lands
    """

    document: Document
    marketplace_id: str = GERMANY
    extension: str = "tsv.gz"
    rows: int | None = None
    charset: str | None = None
    decided_by: str | None = None
    text: str | None = None
    no_text: str = ""
    lands: bytes | None = None
    disagreements: Sequence[str] = ()
    findings: Sequence[str] = ()
    refused: str = ""

    def decided(self, decided_by: str, no_text: str) -> Self:
        """Return the same, with what decided its charset, and why it has no UTF-8 copy nevertheless."""
        return replace(self, decided_by=decided_by, no_text=no_text, findings=["RAGGED"])

    def served(self, **other: Any) -> Self:
        """Return the same, with a document of which this is different."""
        return replace(self, document=replace(self.document, **other))


def labelled(text: str, label: str, charset: str = "", *, codec: str = "", rows: int | None = None) -> EdgeCase:
    """Return a text in `charset` as Python names it, encoded by `codec` where that is another one."""
    charset = charset or label.lower()
    document = Document.of(text.encode(codec or charset), content_type=f"text/plain; charset={label}")
    return EdgeCase(document=document, rows=rows, charset=charset, decided_by="content-type", text=text)


def undecodable(content: bytes, label: str) -> EdgeCase:
    """Return a flat file of one row that is not in the charset of its label, nor in any that is certain."""
    document = Document.of(content, content_type=f"text/plain; charset={label}")
    return EdgeCase(document=document, rows=1, no_text=UNCERTAIN, findings=["RAGGED", "CHARSET"])


def mislabelled(text: str, label: str, charset: str, decided_by: str, *, rows: int | None = None) -> EdgeCase:
    """Return a text with another charset in its label than the one it is in."""
    document = Document.of(text.encode(charset), content_type=f"text/plain; charset={label}")
    return EdgeCase(
        document=document, rows=rows, charset=charset, decided_by=decided_by, text=text, findings=["CHARSET"]
    )


def unlabelled(text: str, charset: str, decided_by: str, *, rows: int | None = None) -> EdgeCase:
    """Return a text without a charset in its label."""
    document = Document.of(text.encode(charset), content_type="text/plain")
    return EdgeCase(document=document, rows=rows, charset=charset, decided_by=decided_by, text=text)


def binary(content: bytes, extension: str, *, content_type: str = "application/octet-stream") -> EdgeCase:
    """Return what must not be decoded, whatever its label says."""
    document = Document.of(content, content_type=content_type)
    return EdgeCase(document=document, extension=extension, no_text=BINARY, findings=["FORMAT"])


def broken(body: bytes, *, refused: str = "DocumentCorrupt") -> EdgeCase:
    """Return gzip that must not land."""
    return EdgeCase(document=Document(body=body, compression_algorithm="GZIP"), refused=refused)


def tar() -> bytes:
    """Return an archive of one file."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("label, 1\t.pdf"))
    return stream.getvalue()


def archive_of_pdfs() -> bytes:
    """Return a ZIP of two files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("INV-1.pdf", "%PDF")
        archive.writestr("INV-2.pdf", "%PDF")
    return stream.getvalue()


def workbook() -> bytes:
    """Return what begins as an XLSX does."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>\n")
    return stream.getvalue()


CP1252 = labelled(TEXT, "Cp1252", rows=2)
ZIPPED = CP1252.document.body
PLAIN: Any = {"compression_algorithm": None}
ZEROS = gzip.compress(bytes(7_000_000)) * 10

NASTY = {
    "Cp1252 with quotes and a euro": CP1252,
    "a header and no rows": replace(labelled("sku\ttitle\r\n", "UTF-8", rows=0), findings=["EMPTY"]),
    "a last line without an end": labelled("a\tb\n1\t2", "UTF-8", rows=1),
    "ISO-8859-1 with what Cp1252 has an ellipsis for": labelled("a\tü\nund …\t1\n", "ISO-8859-1", "cp1252", rows=1),
    "Japanese of NEC and IBM": replace(labelled(JAPANESE, "windows-31j", "cp932", rows=1), marketplace_id=JAPAN),
    "Japanese that is called Shift_JIS": labelled(JAPANESE, "Shift_JIS", "cp932", rows=1),
    "UTF-8 with a mark that its label knows of": labelled(TEXT, "utf-8-sig", rows=2),
    "UTF-8 with a mark that its label knows nothing of": labelled(TEXT, "UTF-8", codec="utf-8-sig", rows=2),
    # Of UTF-16 a byte that looks like the end of a line may be half of a character.
    "UTF-16 in which a letter looks like the end of a line": labelled("a\tü\nਊ\t2\n", "UTF-16", rows=1),
    "UTF-16 without a mark": labelled("a\tü\nਊ\t2\n", "UTF-16BE", "utf-16be", rows=1),
    "UTF-16 with an underscore": labelled("a\tü\nਊ\t2\n", "UTF_16LE", "utf_16le", rows=1),
    "no label, UTF-8": unlabelled(TEXT, "utf-8", "strict-utf-8", rows=2),
    "no label, UTF-8 with a mark": unlabelled(TEXT, "utf-8-sig", "byte-order-mark", rows=2),
    "no label, UTF-16": unlabelled("a\tb\n1\tਊ\n", "utf-16", "byte-order-mark", rows=1),
    "no label, and no UTF-8": unlabelled(TEXT, "cp1252", "marketplace", rows=2),
    "no label, of Japan": replace(unlabelled(JAPANESE, "cp932", "marketplace", rows=1), marketplace_id=JAPAN),
    "a label that no charset has": unlabelled(TEXT, "utf-8", "strict-utf-8", rows=2).served(
        content_type="text/plain; charset=klingon-8"
    ),
    "a comma instead of a tab": replace(
        labelled("a,ü\n1,2\n", "Cp1252", rows=1), extension="csv.gz", findings=["FORMAT"]
    ),
    "JSON that is called a text": replace(
        labelled('{"ü": [1,\n2]}', "UTF-8"), extension="json.gz", findings=["FORMAT"]
    ),
    "XML that says it is what it is not": replace(
        labelled('<?xml version="1.0" encoding="ISO-8859-1"?>\n<a>ü</a>', "UTF-8"),
        extension="xml.gz",
        findings=["FORMAT"],
        text='<?xml version="1.0" encoding="UTF-8"?>\n<a>ü</a>',
    ),
    "a cell that looks like XML": labelled('a\tü\n<?xml encoding="x"?>\t1\n', "Cp1252", rows=1),
    "a PDF": binary(b"%PDF-1.7\n\n", "pdf.gz", content_type="application/pdf"),
    "a PDF with a charset": binary(b"%PDF-1.7\n\x81", "pdf.gz", content_type="application/pdf; charset=Cp1252"),
    "an archive": binary(tar(), "tar.gz"),
    "a workbook": binary(workbook(), "xlsx.gz"),
    "a byte that Cp1252 has not": undecodable(b"a\t\n\x81\n", "Cp1252"),
    "UTF-8 by its label alone, and nothing else": undecodable("a\t\nR\xf6st\x81\n".encode("latin-1"), "UTF-8"),
    "UTF-8 by its label alone": mislabelled(TEXT, "UTF-8", "cp1252", "marketplace", rows=2),
    "Cp1252 by its label alone": mislabelled(TEXT, "Cp1252", "utf-8", "strict-utf-8", rows=2),
    "half a character at the end": replace(undecodable(b"a\t\n\x81", "windows-31j"), charset="cp932").decided(
        "content-type", "it is not cp932: byte 0x81 "
    ),
    "no label, of Poland": replace(unlabelled(POLISH, "cp1250", "marketplace", rows=1), marketplace_id=POLAND),
    "no label, of Poland in Germany": EdgeCase(
        document=Document.of(POLISH.encode("cp1250"), content_type="text/plain"),
        rows=1,
        no_text=UNCERTAIN,
        findings=["CHARSET"],
    ),
    "XML that says what it is": replace(
        unlabelled(LATIN_2.format("ISO-8859-2"), "iso-8859-2", "xml-declaration"),
        extension="xml.gz",
        findings=["FORMAT"],
        text=LATIN_2.format("UTF-8"),
    ),
    "blank lines after the header": replace(labelled("sku\ttitle\r\n\r\n\n", "UTF-8", rows=0), findings=["EMPTY"]),
    "a sentence instead of rows": replace(
        labelled("Date range exceeded. Report can be requested only upto 30 days", "UTF-8", rows=0),
        extension="txt.gz",
        findings=["EMPTY"],
    ),
    "an HTML page": replace(
        labelled("<!DOCTYPE html><html><body>Try again later.</body></html>", "UTF-8"),
        extension="html.gz",
        findings=["FORMAT"],
    ),
    "an error of the host": replace(
        labelled("<Error><Code>AccessDenied</Code><Message>expired</Message></Error>", "UTF-8"),
        extension="xml.gz",
        findings=["FORMAT"],
    ),
    "an error of Amazon's": replace(
        labelled('{"errorDetails": "why"}', "UTF-8"), extension="json.gz", findings=["FORMAT"]
    ),
    "JSON that is cut": replace(labelled('{"rows": [{"sku": 1}', "UTF-8"), extension="json.gz", findings=["FORMAT"]),
    "XML that is cut": replace(labelled("<Orders><Order>", "UTF-8"), extension="xml.gz", findings=["FORMAT"]),
    "JSON without records": replace(
        labelled('{"rows": []}', "UTF-8", rows=0), extension="json.gz", findings=["FORMAT", "EMPTY"]
    ),
    "rows of other numbers of cells": replace(
        labelled("a\tb\tc\n1\t2\t3\n1\t2\n\n1\t2\t3\t4\n", "UTF-8", rows=3), findings=["RAGGED"]
    ),
    "two columns of a name": replace(labelled("a\tb\ta\n1\t2\t3\n", "UTF-8", rows=1), findings=["DUPLICATE_COLUMNS"]),
    "ends of lines within quoted cells": labelled('"Date"\t"Title"\n"1"\t"two\nlines\nhere"\n', "UTF-8", rows=1),
    "an inch that is no quotation": labelled('size\ttitle\n"12\ta\n6"\tb\n', "UTF-8", rows=2),
    "a quotation that is not closed": replace(
        labelled('"a"\t"b"\n"1"\t"2\n"3"\t"4"\n', "UTF-8", rows=2), findings=["RAGGED"]
    ),
    "a ZIP of other files": binary(archive_of_pdfs(), "zip.gz"),
    "no gzip": replace(CP1252.served(**PLAIN, body=TEXT.encode("cp1252")), extension="tsv"),
    "no gzip, UTF-8": replace(labelled(TEXT, "UTF-8", rows=2).served(**PLAIN, body=TEXT.encode()), extension="tsv"),
    "nothing at all": replace(
        unlabelled("", "utf-8", "strict-utf-8", rows=0).served(**PLAIN, body=b""), extension="txt", findings=["EMPTY"]
    ),
    "gzip of several members and zeros": CP1252.served(
        body=gzip.compress(b"") + ZIPPED + gzip.compress(b"") + bytes(9)
    ),
    "gzip without its flag": replace(CP1252.served(compression_algorithm=None), disagreements=[FLAG_IS_MISSING]),
    "the flag without gzip": replace(
        CP1252.served(body=TEXT.encode("cp1252")), extension="tsv", disagreements=[FLAG_IS_WRONG]
    ),
    "gzip that was not asked for": replace(CP1252.served(content_encoding="gzip"), disagreements=[ENCODED]),
    "gzip within gzip": replace(
        CP1252.served(body=gzip.compress(ZIPPED), content_encoding="gzip"), lands=ZIPPED, disagreements=[TWICE]
    ),
    "gzip within gzip without any flag": replace(
        CP1252.served(body=gzip.compress(ZIPPED), compression_algorithm=None),
        lands=ZIPPED,
        disagreements=[TWICE, FLAG_IS_MISSING],
    ),
    "gzip that is cut in its trailer": broken(ZIPPED[:-1]),
    "gzip whose checksum is wrong": broken(ZIPPED[:-8] + bytes([ZIPPED[-8] ^ 1]) + ZIPPED[-7:]),
    "gzip whose length is wrong": broken(ZIPPED[:-1] + b"\x01"),
    "gzip whose second member is cut": broken(ZIPPED + ZIPPED[:-9]),
    "gzip with something else behind it": broken(ZIPPED + b"<html>"),
    "gzip within gzip whose inside is cut": broken(gzip.compress(ZIPPED[:-1])),
    "a bomb": broken(ZEROS, refused="DocumentBomb"),
    # Neither layer alone grows a thousandfold.
    "a bomb of two layers": broken(
        gzip.compress(gzip.compress(hashlib.shake_256(b"").digest(5_000)) + ZEROS), refused="DocumentBomb"
    ),
}
