"""Personal data that nobody expects lands in the restricted zone, and no byte of it is ever outside."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from botocore.client import BaseClient

from local.scenarios import GERMANY, JAPAN
from local.simulator import Document, Script
from tests.testing.harness import BUCKET, KEY_ARN, Harness
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.scenario_steps import play, use_up_documents
from tests.testing.small_parts import CHUNK_BYTES, MIB, PART_BYTES, parts_of
from tests.testing.state_sequences import CREATED, RESTRICTED, TURN

REPORT_TYPE = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
GIVEN = {
    "sellingPartnerId": "A2BUYERS",
    "reportType": REPORT_TYPE,
    "marketplaceIds": [GERMANY],
    "dataStartTime": "2026-11-01T00:00:00Z",
    "dataEndTime": "2026-11-01T23:59:59Z",
    "utf8Copy": True,
}
CANARY = "Canary Jane Doe"
MOVED = [*CREATED, *TURN * 3, "Handle done", "Landing outcome", *RESTRICTED]


def many(rows: int) -> Document:
    """Return a document of more than one part: 30,000 rows have more than a test's, 450,000 than production's."""
    body = (f"{number:09}\t{CANARY}\t{number * 2_654_435_761 % 2**64:x}\n" for number in range(rows))
    return document("amazon-order-id\tbuyer-email\tsku\n" + "".join(body), gzip=False)


def document(text: str, *, charset: str = "UTF-8", codec: str = "", gzip: bool = True) -> Document:
    return Document.of(text.encode(codec or charset), content_type=f"text/plain; charset={charset}", gzip=gzip)


def flat(header: str, **how: Any) -> Document:
    return document(f"order-id\t{header}\tsku\r\n303-1\t{CANARY}\tA-1\r\n", **how)


ORDER = {"amazonOrderId": "303-1", "buyerInfo": {"buyerName": CANARY}}
LATE = {"orders": [{"id": str(number)} for number in range(9_000)] + [{"id": "x", "buyerEmail": CANARY}]}
BUYER = f"<Address><City>B</City></Address><BuyerName>{CANARY}</BuyerName>"
LATE_INSIDE = {"orders": [{"id": str(number)} for number in range(9_000)] + [{"buyer": {"id": "x", "name": CANARY}}]}
LATE_BUYER = f'<Buyer id="1" name="{CANARY}"/>'
DOCUMENTS = {
    "TSV, gzip": flat("buyer-name"),
    "TSV, plain": flat("recipient-name", gzip=False),
    "CSV, quoted": document(f'"order-id","Buyer Phone Number"\n"303-1","{CANARY}"\n'),
    "blank lines, a byte-order mark": document(f"\n\r\n  \nship-address-1\tsku\n{CANARY}\tA\n", codec="utf-8-sig"),
    "a title above the header": document(f"All orders\nOrder ID,Customer Name,Quantity\n303-1,{CANARY},1\n"),
    "UTF-16": flat("buyer-email", charset="UTF-16"),
    "UTF-16 without a mark": flat("buyer-email", charset="UTF-16LE"),
    "no label, German": Document.of(
        f"Bestellnummer\tName des Käufers\n303-1\t{CANARY}\n".encode("cp1252"), content_type="text/plain"
    ),
    "Japanese": flat("購入者名", charset="windows-31j", codec="cp932"),
    "gzip within gzip": Document(body=gzip.compress(flat("buyer-name").body), compression_algorithm="GZIP"),
    "JSON": Document.json({"orders": [ORDER]}),
    "JSON, deep": Document.json({"orders": [{"shippingAddress": {"name": CANARY, "city": "Berlin"}}]}, gzip=False),
    "JSON, after its start": Document.json(LATE),
    "JSON, after its start, within others": Document.json(LATE_INSIDE, gzip=False),
    "Japanese, below a title": document(
        f"注文レポート\n\n注文番号,購入者の電話番号\n303-1,{CANARY}\n", charset="windows-31j", codec="cp932"
    ),
    "Arabic": flat("اسم المشتري"),
    "XML, after its start": document(
        f"<Orders>{'<Order><Id>1</Id></Order>' * 9_000}<Order>{LATE_BUYER}</Order></Orders>"
    ),
    "XML": document(f"<AmazonEnvelope><Message><Order>{BUYER}</Order></Message></AmazonEnvelope>"),
}
# The others differ in how they are read, which `make exhaustive` and the tests of landing look at.
SEVERAL_KINDS = (
    "TSV, gzip",
    "CSV, quoted",
    "UTF-16 without a mark",
    "no label, German",
    "JSON, after its start",
    "XML",
)


class Writes:
    """What was sent to S3, by its key, whether it became visible or not."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    @contextmanager
    def watched(self, _function: str) -> Iterator[None]:
        client: Any = BaseClient
        made = client._make_api_call

        def call(client: BaseClient, name: str, parameters: Any) -> Any:
            if name in ("PutObject", "CreateMultipartUpload", "UploadPart", "CopyObject"):
                self.keys.append(parameters["Key"])
            return made(client, name, parameters)

        with mock.patch.object(client, "_make_api_call", call):
            yield


def check_nothing_is_outside(stage: Harness, writes: Writes, ended: ExecutionResult) -> None:
    """Insist on the restricted zone, now, before, and in parts that nobody sees."""
    assert {key.split("/")[0] for key in writes.keys} == {"restricted"}
    check_nothing_is_left_outside(stage, ended)


def check_nothing_is_left_outside(stage: Harness, ended: ExecutionResult) -> None:
    """Insist on the restricted zone, in all versions, uploads that are not complete, the ledger and what is told."""
    stored = stage.s3.list_object_versions(Bucket=BUCKET)
    keys = [each["Key"] for each in [*stored.get("Versions", []), *stored.get("DeleteMarkers", [])]]
    assert {key.split("/")[0] for key in keys} == {"restricted"}
    assert stage.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []
    told = json.dumps([ended.output, ended.cause, [each.event for each in ended.invocations]], ensure_ascii=False)
    assert CANARY not in told
    assert CANARY not in str(stage.dynamodb.scan(TableName="ledger")["Items"])


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in SEVERAL_KINDS else pytest.mark.exhaustive) for name in DOCUMENTS]
)
def test_it_lands_in_the_restricted_zone_alone(stage: Harness, name: str) -> None:
    check_it_is_restricted(stage, DOCUMENTS[name], marketplace=JAPAN if name.startswith("Japanese") else GERMANY)


@pytest.mark.parametrize(
    ("rows", "part_bytes", "chunk_bytes"),
    [(30_000, PART_BYTES, CHUNK_BYTES), pytest.param(450_000, 16 * MIB, MIB, marks=pytest.mark.exhaustive)],
)
def test_so_does_one_of_several_parts(stage: Harness, rows: int, part_bytes: int, chunk_bytes: int) -> None:
    with parts_of(part_bytes, chunk_bytes=chunk_bytes):
        check_it_is_restricted(stage, many(rows), marketplace=GERMANY)


def test_parts_that_went_up_before_it_was_found_are_gone(stage: Harness) -> None:
    orders = [{"id": f"{number:09}{number * 2_654_435_761 % 2**64:x}"} for number in range(90_000)]
    late = Document.json({"orders": [*orders, {"buyer": {"id": 1, "name": CANARY}}]}, gzip=False)
    writes = Writes()
    stage.around = writes.watched
    with parts_of(PART_BYTES, chunk_bytes=CHUNK_BYTES):
        ended = play(stage, GIVEN, Script(document=late))
    assert ended.states == MOVED
    assert any(key.startswith("reports/") for key in writes.keys)
    check_nothing_is_left_outside(stage, ended)


def check_it_is_restricted(stage: Harness, served: Document, *, marketplace: str) -> None:
    """Insist that a document lands in the restricted zone and is nowhere else, and that its finding says why."""
    writes = Writes()
    stage.around = writes.watched
    ended = play(stage, {**GIVEN, "marketplaceIds": [marketplace]}, Script(document=served))
    assert ended.states == MOVED
    check_nothing_is_outside(stage, writes, ended)
    found = ended.output["findings"][0]
    assert (found["code"], found["severity"]) == ("PERSONAL_DATA", "error")
    assert found["details"]["columns"][0] in found["sentence"]
    head = stage.s3.head_object(Bucket=BUCKET, Key=ended.output["key"])
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", KEY_ARN)
    manifest = json.loads(stage.objects()[ended.output["manifestKey"]])
    assert manifest["result"] == ended.output
    # Amazon does not call the type restricted, and gives no Restricted Data Token for it.
    assert "createRestrictedDataToken" not in stage.calls(ended)


HARMLESS = {
    "orders": document("amazon-order-id\tship-city\tship-state\tship-postal-code\tship-country\n1\tB\tB\t1\tDE\n"),
    "business": document("amazon-order-id\tbuyer-company-name\tbuyer-identification-number\n1\tACME\t2\n"),
    "a product of that name": document("sku\titem-name\tquantity\nA-1\tBuyer Name\t1\nA-2\tphone\t2\n"),
    "JSON": Document.json({"shippingAddress": {"city": "Berlin", "countryCode": "DE"}, "note": "buyerName"}),
    "XML": document("<Orders><Order><Address><City>B</City></Address><note>BuyerName</note></Order></Orders>"),
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in ("JSON", "orders") else pytest.mark.exhaustive) for name in HARMLESS],
)
def test_what_only_looks_like_it_lands_as_ever(stage: Harness, name: str) -> None:
    ended = play(stage, GIVEN, Script(document=HARMLESS[name]))
    assert ended.states[-3:] == ["Handle done", "Landing outcome", "Report landed"]
    assert ended.output["key"].startswith("reports/")


def test_its_document_is_waited_for_where_it_is_already_known(stage: Harness) -> None:
    use_up_documents(stage, GIVEN, at="handle_restricted")
    ended = play(stage, GIVEN, Script(document=DOCUMENTS["TSV, gzip"]))
    again = ["Handle restricted", "Restricted landing outcome", "Wait for restricted document quota", *RESTRICTED]
    assert ended.states == [*MOVED[:-3], *again]
    assert ended.output["findings"][0]["details"]["columns"] == ["buyer-name"]
    assert stage.calls(ended)["document"] == 2


def test_a_second_start_finds_it_where_it_is(stage: Harness) -> None:
    first, second = (play(stage, GIVEN, Script(document=DOCUMENTS["JSON"])) for _ in range(2))
    assert second.output == {**first.output, "outcome": "ALREADY_LANDED"}


def test_a_report_without_it_of_the_same_window_stays_until_somebody_removes_it(stage: Harness) -> None:
    """docs/findings.md says so, and what to remove."""

    def land(found: Document, **more: Any) -> Any:
        ended = play(stage, {**GIVEN, "sellingPartnerId": "A2MOVED", **more}, Script(document=found))
        assert ended.status == "SUCCEEDED"
        return ended.output

    before = land(document("order-id\tsku\n1\tA\n"))
    moved = land(flat("buyer-name"), refresh=True)
    assert moved["key"] == f"restricted/{before['key']}"
    names = {key for key in stage.objects() if "A2MOVED" in key}
    open_ones = {key for key in names if not key.startswith("restricted/")}
    assert {key.partition("/")[0] for key in open_ones} == {"reports", "utf-8", "manifests"}
    for key in open_ones:
        stage.s3.delete_object(Bucket=BUCKET, Key=key)
    assert {key for key in stage.objects() if "A2MOVED" in key} == names - open_ones
    again = land(document("order-id\tsku\n2\tB\n"), refresh=True)
    assert again["key"] == before["key"]
    assert gzip.decompress(stage.objects()[again["key"]]) == b"order-id\tsku\n2\tB\n"
