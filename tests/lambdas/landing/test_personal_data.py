"""Which names are those of personal data: in every language that a header may be in, and of no business."""

import re

import pytest

from lambdas.landing.media_type import CSV, JSON, PLAIN, TSV, XML, Media
from lambdas.landing.personal_columns import is_personal
from lambdas.landing.personal_data import PersonalDataFound, PersonalDataScreen

PERSONAL = """
buyer-name buyer-email buyer-phone-number recipient-name ship-address-1 ship-address-2 ship-phone-number bill-address-1
Buyer_Name BuyerEmailAddress shippingAddressLine1 addressLine1 AddressFieldOne phone email customer-name ship-to-name
fullName primaryEmail recipient; Rater Email; Bewerter-E-Mail; Shipping Address Street; Phone Number
Name des Käufers; Kaeufername; E-Mail-Adresse des Käufers; Empfängername; Lieferadresse 1; Telefonnummer
Nom de l'acheteur; Adresse e-mail de l'acheteur; Nom du destinataire; Adresse de livraison 1; Téléphone
Nome acquirente; E-mail acquirente; Indirizzo di spedizione; Nome del destinatario; Numero di telefono
Nombre del comprador; Correo electrónico del comprador; Dirección de envío 1; Teléfono
Nome do comprador; E-mail do comprador; Endereço de entrega; Telefone do comprador; Nome do destinatário
Naam van koper; E-mailadres koper; Verzendadres 1; Telefoonnummer ontvanger
Köparens namn; Köparens e-postadress; Leveransadress; Mottagarens namn
Imię i nazwisko kupującego; Adres e-mail kupującego; Adres wysyłki 1; Nazwa odbiorcy
Alıcı Adı; ALICI ADI; Alıcı E-postası; Teslimat Adresi 1; Alıcının Telefonu; Müşteri adı
購入者名; 購入者のメールアドレス; 受取人名; 配送先住所1; 電話番号; お届け先電話番号
买家姓名; 买家邮箱; 收件人姓名; 收货地址; 电话号码; 收货人电话
"""
HARMLESS = """
amazon-order-id merchant-order-id purchase-date order-status fulfillment-channel sales-channel url ship-service-level
product-name sku asin quantity currency item-price ship-city ship-state ship-postal-code ship-country promotion-ids cpf
is-business-order purchase-order-number price-designation customized-url signature-confirmation-recommended
buyer-identification-number buyer-identification-type buyer-company-name ship-service-name customer-comments
buyer-requested-cancel-reason is-buyer-requested-cancellation bill-city bill-postal-code tracking-number carrier
fulfillment-center-id shipment-item-id seller-name ship-from-address-1 name title item-name brand-name
repeatCustomersPctTotal uniqueCustomers customerReturns buyBoxPercentage mobileAppSessions
Nombre de clients; Order ID; Label to be paid by; Bestellnummer; Lieferstadt; Produktname; Kundennummer; Liefertermin
Anzahl Kunden; Kaufdatum; Numero ordine; Fecha de compra; Versanddatum; Kod pocztowy; Sipariş numarası; Postort
商品名; 出品者SKU; 市区町村; 配送先都道府県; 购买日期; 数量
"""


def names(text: str) -> list[str]:
    """Return the names, which semicolons part, or else spaces."""
    lines = text.strip().splitlines()
    parts = [re.split(r"\s*;\s*", line) if ";" in line else line.split() for line in lines]
    return [name for each in parts for name in each if name]


@pytest.mark.parametrize("name", names(PERSONAL))
def test_it_is_personal(name: str) -> None:
    assert is_personal(name)


@pytest.mark.parametrize("name", names(HARMLESS))
def test_it_is_not(name: str) -> None:
    assert not is_personal(name)


def found(head: bytes, media: Media) -> list[str]:
    try:
        PersonalDataScreen().begin(head, media)
    except PersonalDataFound as error:
        return error.columns
    return []


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp932"])
def test_the_charset_of_a_header_need_not_be_known(codec: str) -> None:
    assert found("注文番号\t購入者名\n1\t山田\n".encode(codec), TSV) == ["購入者名"]


@pytest.mark.parametrize(
    ("head", "media", "columns"),
    [
        (b"order-id;buyer-email\n1;x\n", PLAIN, ["buyer-email"]),
        (b"buyer-email\nx\n", PLAIN, ["buyer-email"]),
        (b'"order, id","Buyer ""Name"""\n', CSV, ['Buyer "Name"']),
        (b'{"buyer": {"name": "x"}}', JSON, ["buyer name"]),
        (b'{"buyer": {"name": {"first": 1}}, "a": "buyerName"}', JSON, []),
        (b'{"a": "\\"buyerName\\": 1"}', JSON, []),
        (b'{"buyer\\u004eame": "x"}', JSON, ["buyerName"]),
        (b'<o><Buyer name="x"/></o>', XML, ["Buyer name"]),
        (b"<o><a:BuyerName><![CDATA[x]]></a:BuyerName></o>", XML, ["BuyerName"]),
        (b"<o><BuyerName/><BuyerName></BuyerName></o>", XML, []),
        (b"<o><ShippingAddress><City>B</City></ShippingAddress></o>", XML, []),
    ],
)
def test_where_a_name_stands(head: bytes, media: Media, columns: list[str]) -> None:
    assert found(head, media) == columns


@pytest.mark.parametrize(
    ("media", "piece"),
    [(JSON, b'"a": 1, "buyerEmail": "x"'), (XML, b"<a>1</a><BuyerEmail>x"), (XML, "<BuyerEmail>x".encode("utf-16-le"))],
)
def test_what_comes_later_counts_as_well(media: Media, piece: bytes) -> None:
    screen = PersonalDataScreen()
    screen.begin(b"{}" if media == JSON else b"<a>", media)
    with pytest.raises(PersonalDataFound) as refused:
        screen.take(piece)
    assert [column.lower() for column in refused.value.columns] == ["buyeremail"]


def test_what_is_made_to_take_long_does_not() -> None:
    assert found(b"<a " + b"b" * 60_000 + b">", XML) == []
    assert found(b'{"' + b"b" * 60_000, JSON) == []


def test_a_row_is_no_header() -> None:
    rows = b"sku\ttitle\tquantity\nA\tphone\t1\nB\tBuyer Name\t2\n"
    assert found(rows, TSV) == []
