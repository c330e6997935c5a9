"""Which names are those of personal data: in every language that a header may be in, and of no business."""

import re
from collections.abc import Callable

import pytest

from lambdas.landing.contents.media_type import CSV, JSON, PLAIN, TSV, XML, Media
from lambdas.landing.contents.personal_columns import is_personal
from lambdas.landing.contents.personal_data import PersonalDataFound, PersonalDataScreen

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
buyer-name; Buyer Name; BUYER_NAME; buyerName; BuyerName; buyer name; "buyer-name"; buyer's name; name of buyer
Customer E-mail; customer_email_address; CustomerPhone; customer-phone-number; ship-to-name; Ship To Name
shipToName; ship_to_address_line_1; shipToAddressLine1; Ship-Address-3; shipping_address_1; ShippingAddressLine2
recipient_name; RecipientName; recipientEmail; recipient phone; receiver-name; ReceiverName; receiver phone
consignee name; Consignee; addressee; delivery-address; DeliveryAddressLine1; delivery_name; deliveryContactName
Delivery Phone; bill-to-name; billing-name; BillingAddress1; billing_phone; buyer-phone; buyerEmailAddress
purchaser-email; purchaserName; first-name; First Name; firstName; last_name; surname; given name; family name
middle name; full name; Contact Name; contactEmail; contact-phone; phone; Phone Number; phoneNumber; telephone
mobile; Mobile Number; mobile-phone; cell phone; fax; email; e-mail; Email Address; EMAIL; street; Street Address
streetAddress; street1; address1; address-1; Address Line 1; address_line_2; addressLine3; Address; home address
buyer-fax; buyer address; customer name; Customer-Name; client name; shopper name; shopper email; reviewer name
Reviewer Email; rater-email; ship_phone_number; shipping phone; ship-email; Customer Full Name; recipient address
Ship to street; ship-address-field-one; buyer_contact_name; buyer mobile number
Name des Empfängers; Empfaenger-Name; Käufer-Name; Käufer E-Mail; Käufer-Telefonnummer; Kundenname; Kunden-E-Mail
Kundenadresse; Versandadresse 1; Lieferadresse; Liefer-Adresse 2; Rechnungsadresse; Vorname; Nachname; Straße
Strasse; E-Mail; E-Mail-Adresse; Telefon; Handynummer; Mobilnummer; Name des Kunden; Name des Bestellers; Anschrift
Empfänger; Rechnungsempfänger; Adresse 1; Adresszeile 2
Nom de l’acheteur; Nom acheteur; E-mail de l'acheteur; Téléphone de l'acheteur; Nom du client; Prénom
Nom de famille; Adresse d'expédition 1; Adresse de facturation; Adresse du destinataire; Numéro de téléphone
Adresse e-mail; Courriel; Rue; Adresse 1; adresse-de-livraison-1; nom-destinataire; Adresse; Téléphone portable
Nombre del cliente; nombre-comprador; Email del comprador; Teléfono del comprador; Dirección de entrega
Dirección de facturación; Dirección 1; Apellidos; Correo electrónico; Nombre del destinatario; Calle
Nombre y apellidos; Número de teléfono; Teléfono móvil; Domicilio
Nome dell'acquirente; Nome del cliente; Email dell'acquirente; Telefono acquirente; Indirizzo di consegna
Indirizzo 1; Cognome; Nome destinatario; Indirizzo e-mail; Numero di cellulare
Nome do cliente; E-mail do cliente; Telefone do cliente; Endereço de envio; Endereço 1; Sobrenome; Nome completo
Rua; Celular
Naam koper; E-mail koper; Telefoonnummer koper; Naam ontvanger; Naam van de ontvanger; Afleveradres; Bezorgadres
Factuuradres; Voornaam; Achternaam; Straat; Adres 1; Klantnaam; E-mailadres
Köparens telefonnummer; Kundens namn; Kundnamn; Mottagarnamn; Leveransadress 1; Fakturaadress; Förnamn; Efternamn
Gatuadress; E-postadress; Telefonnummer; Adress 1
Nazwa kupującego; Imię kupującego; E-mail kupującego; Telefon kupującego; Adres do wysyłki; Adres dostawy 1
Nazwisko; Imię; Numer telefonu; Ulica; Adres 1; Nazwa klienta; Imię odbiorcy; Adres e-mail
Alıcının adı; Müşteri Adı Soyadı; Müşteri e-postası; Teslimat adresi; Fatura adresi; Gönderim adresi 1; Ad Soyad
Soyadı; Telefon numarası; E-posta; Alıcı telefonu; Müşteri telefon; Adres satırı 1; Adres
購入者の氏名; 購入者名; 購入者の電話番号; 購入者のEメールアドレス; お届け先氏名; お届け先住所; 届け先名
配送先氏名; 配送先電話番号; 配送先住所; 請求先住所1; 受取人氏名
受取人の名前; お客様名; 顧客名; 氏名; 住所; 住所1; 電話番号; メールアドレス; Eメール; ご購入者様名; 注文者名
注文者メールアドレス; 宛先名; 送り先住所; お届け先名称
买家姓名; 买家邮箱; 买家电话号码; 买家地址; 收件人姓名; 收件人电话; 收货人姓名; 收货地址1; 收货人地址; 配送地址
账单地址; 客户姓名; 客户邮箱; 手机号码; 姓名; 买方名称
購買者姓名; 電子郵件; 收件人地址; 街道地址
اسم المشتري; اسم العميل; البريد الإلكتروني للمشتري; هاتف المشتري; رقم هاتف المشتري; اسم المستلم
عنوان الشحن; عنوان الشحن 1; عنوان التوصيل; عنوان الفواتير; الاسم الأول; اسم العائلة; رقم الهاتف
البريد الإلكتروني; العنوان
구매자 이름; 구매자 이메일; 구매자 전화번호; 수취인 이름; 배송지 주소; 수령인 이름; 수령인 전화번호; 고객 이름
Tên người mua; Email người mua; Số điện thoại người mua; Tên người nhận; Địa chỉ giao hàng; Tên khách hàng
"""
HARMLESS = """
amazon-order-id merchant-order-id purchase-date order-status fulfillment-channel sales-channel url ship-service-level
product-name sku asin quantity currency item-price ship-city ship-state ship-postal-code ship-country promotion-ids cpf
is-business-order purchase-order-number price-designation customized-url signature-confirmation-recommended
buyer-identification-number buyer-identification-type buyer-company-name ship-service-name customer-comments
buyer-requested-cancel-reason is-buyer-requested-cancellation bill-city bill-postal-code tracking-number carrier
fulfillment-center-id shipment-item-id seller-name ship-from-address-1 name title item-name brand-name
repeatCustomersPctTotal uniqueCustomers customerReturns buyBoxPercentage mobileAppSessions
Nombre de clients; Order ID; Label to be paid by; Bestellnummer; Lieferstadt; Produktname; Kundennummer
Liefertermin;
Anzahl Kunden; Kaufdatum; Numero ordine; Fecha de compra; Versanddatum; Kod pocztowy; Sipariş numarası; Postort
商品名; 出品者SKU; 市区町村; 配送先都道府県; 购买日期; 数量
amazon-order-id; buyer-requested-cancel; is-buyer-requested-cancel; buyer-cancel-reason; ship-service-level
ship-service-name; seller-name; product-name; is-business-order; item-name; campaign name; Campaign Name
Portfolio name; Ad Group Name; brand-name; store-name; merchant-name; carrier-name; Ship Date; ship-date
shipment-date; shipping-price; shipping-tax; ship-promotion-discount; ship-promotion-id; shipping-discount
shipment-id; shipment-status; delivery-date; Delivery Status; delivery-start-date; delivery-Instructions
delivery-time-zone; latest-delivery-date; billing-period; bill-date; customer-order-id; customer returns
customer-returns-rate; Customer Reviews; customer-price; customer_shipment; customer-shipment-date; buyer-price
buyer currency; client id; warehouse-name; fulfillment-center-name; ship-city; ship-state; ship-country
ship-postal-code; bill-city; recipient-country; buyer-country; email-campaign-id; email status; emails sent
number of emails; phone-type; phone case; mobile app sessions; mobileAppSessions; mobile-page-views; Mobile Views
Telephone accessories; fax-machine; address-type; address-verified; ip-address; url; image-url; browser
street-date; Street Date; release date; name; title; displayName; fileName; filename; username; reportName
policyName; currency-name; tax-collection-model; tax-address-role; taxAddressRole; ship-to-city; ship-to-country
ship-to-state; ship-to-postal-code; jurisdiction-name; jurisdictionName; sales-channel; order-channel; node-name
category-name; parent-name; variation-theme-name; feature name; attribute-name; department-name; query name
search query; Search Term; keyword; deal name; coupon name; promotion-name; subscription name; subscribers
first-order-date; last-order-date; last-updated-date; First Name Brands; full-price; family-code; contact-id
contacts; mail-class; mail-service; deliveryMethod; delivery-experience; shipping-template; shipping-speed
recipient count; addressed-orders; new-to-brand customers; unique customers; repeat customers; customer-acquisition
customer satisfaction; customer_support_rate; customer-name-of-brand; account-name; Company name; bank-account-name
legal-entity-name; vendor-name; supplier-name; manufacturer-name; receiver-type; inventory-receiver; merchant-sku
purchase-date; payments-date; buyer-tax-registration-id; buyer-vat-number; BuyerTaxRegistrationCountry
Buyer Company Name; order-item-id; item-price; quantity-purchased; shipping-weight; ship-method; ship-option
billing-currency; billing-country
Kunden; Kundenbewertung; Anzahl der Kunden; Kundennummer; Artikelname; Produktbezeichnung; Marke; Verkäufer
Versandart; Versandkosten; Lieferdatum; Rechnungsdatum; Rechnungsnummer; Kampagnenname; Kundenretouren
Käuferpreis;
Nom du produit; Nom de la campagne; Nombre de clients; Date de livraison; Mode de livraison; Frais de livraison
Numéro de commande; Nom du vendeur; Nom de marque
Nombre del producto; Nombre de la campaña; Fecha de entrega; Gastos de envío; Número de pedido; Nombre del vendedor
Clientes;
Nome prodotto; Nome campagna; Data di consegna; Spese di spedizione; Clienti; Venditore
Nome do produto; Nome da campanha; Data de entrega; Clientes; Nome do vendedor
Productnaam; Campagnenaam; Leverdatum; Verzendkosten; Klanten; Naam verkoper
Produktnamn; Kampanjnamn; Leveransdatum; Kunder; Leveranssätt; Säljarens namn
Nazwa produktu; Nazwa kampanii; Data dostawy; Koszt dostawy; Klienci; Nazwa sprzedawcy; Liczba klientów
Ürün adı; Kampanya adı; Teslimat tarihi; Kargo ücreti; Müşteri sayısı; Satıcı adı
商品名; キャンペーン名; 出品者名; 配送日; 配送料; 注文番号; 購入者キャンセル; ブランド名; 顧客数
お客様都合による返品; 店舗名
商品名称; 广告活动名称; 卖家名称; 配送日期; 运费; 订单编号; 品牌名称; 客户数; 买家取消原因
اسم المنتج; اسم الحملة; تاريخ التوصيل; رقم الطلب; اسم البائع; اسم العلامة التجارية; عدد العملاء
상품명; 캠페인 이름; 배송일; 주문번호; 판매자 이름
"""


def names(text: str) -> list[str]:
    """Return the names, which semicolons part, or else spaces."""
    lines = text.strip().splitlines()
    parts = [re.split(r"\s*;\s*", line) if ";" in line else line.split() for line in lines]
    return [name for each in parts for name in each if name]


def test_what_is_personal_is_known() -> None:
    assert [name for name in names(PERSONAL) if not is_personal(name)] == []


def test_what_is_not_is_left() -> None:
    assert [name for name in names(HARMLESS) if is_personal(name)] == []


@pytest.mark.parametrize(
    "spell", [str.upper, str.title, lambda name: f' "{name}" ', lambda name: name.replace(" ", "_")]
)
def test_a_name_may_be_spelled_in_many_ways(spell: Callable[[str], str]) -> None:
    assert [name for name in names(PERSONAL) if not is_personal(spell(name))] == []


def found(head: bytes, media: Media) -> list[str]:
    try:
        PersonalDataScreen().begin(head, media)
    except PersonalDataFound as error:
        return error.columns
    return []


@pytest.mark.parametrize(
    "codec",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp932", "euc_jp", "iso2022_jp"],
)
def test_the_charset_of_a_header_need_not_be_known(codec: str) -> None:
    assert found("注文番号\t購入者名\n1\t山田\n".encode(codec), TSV) == ["購入者名"]


@pytest.mark.parametrize(
    ("head", "media", "columns"),
    [
        (b"order-id;buyer-email\n1;x\n", PLAIN, ["buyer-email"]),
        (b"buyer-email\nx\n", PLAIN, ["buyer-email"]),
        (b'"order, id","Buyer ""Name"""\n', CSV, ['Buyer "Name"']),
        (b'"order-id","buyer\n  name"\n', CSV, ["buyer\n  name"]),
        (b'Orders\n"all of them, up to today"\n#,order-id,%,buyer-name\n', CSV, ["buyer-name"]),
        (b"order-id\tbuyer-name\r1\tx\r", TSV, ["buyer-name"]),
        (b'{"buyer": {"name": "x"}}', JSON, ["buyer name"]),
        (b'{"buyer": {"id": {"first": 1}}, "a": "buyerName"}', JSON, []),
        (b'{"a": "\\"buyerName\\": 1"}', JSON, []),
        (b'{"buyer": {"name": {"first": 1}}}', JSON, ["name first"]),
        (b'{"id": 1}\n{"buyerName": "x"}', JSON, ["buyerName"]),
        (b'{"buyers": [{"id": 1}, {"name": "x"}]}', JSON, ["buyers name"]),
        (b'{"buyerEmails": ["x"]}', JSON, ["buyerEmails"]),
        (b'{"buyer\\u004eame": "x"}', JSON, ["buyerName"]),
        (b'<o><Buyer name="x"/></o>', XML, ["Buyer name"]),
        (b"<o><a:BuyerName><![CDATA[x]]></a:BuyerName></o>", XML, ["BuyerName"]),
        (b"<o><BuyerName/><BuyerName></BuyerName></o>", XML, []),
        (b"<o><ShippingAddress><City>B</City></ShippingAddress></o>", XML, []),
    ],
)
def test_where_a_name_stands(head: bytes, media: Media, columns: list[str]) -> None:
    assert found(head, media) == columns


LATE = {
    '"a": 1, "buyerEmail": "x"': JSON,
    '"buyerEmails": ["x"]': JSON,
    '"buyer\\u0045mail": 1': JSON,
    '"購入者名": "x"': JSON,
    '"buyer": {"id": {"a": 1}, "b": [2], "name": "x"}': JSON,
    '"buyers" : [ {"id": 1, "name": "x"} ]': JSON,
    '"shippingAddress": {"city": "B", "line1": "x"}': JSON,
    "<a>1</a><BuyerEmail>x": XML,
    "<o:BuyerEmail kind='x'> <![CDATA[x": XML,
    "<Buyer id='1' email=\"x\"/>": XML,
    "<Buyer><Id>1</Id><a><b/></a><Name>x</Name></Buyer>": XML,
}
LATE_BUT_HARMLESS = {
    '"a": "\\"buyerEmail\\": 1", "buyer": {"id": 1}, "item": {"name": "x"}': JSON,
    '"shippingAddress": {"city": "B", "postalCode": "1"}, "product": {"name": "x", "buyer": {}}': JSON,
    "<BuyerEmail/><BuyerEmail></BuyerEmail><Buyer><Id>1</Id></Buyer><Item><Name>x</Name></Item>": XML,
    "<ShippingAddress><City>B</City></ShippingAddress><a>BuyerEmail: x</a>": XML,
}


def screened(pieces: list[bytes], media: Media) -> list[str]:
    """Return what is found in pieces that come late."""
    screen = PersonalDataScreen()
    screen.begin(b"{}" if media == JSON else b"<a>", media)
    try:
        for piece in pieces:
            screen.take(piece)
    except PersonalDataFound as error:
        return error.columns
    return []


@pytest.mark.parametrize("late", LATE)
def test_what_comes_later_counts_as_well_wherever_it_is_cut(late: str) -> None:
    media, body = LATE[late], late.encode()
    before, after = (b'{"a": 1}, ', b', "b": 2}') if media == JSON else (b"<c>1</c>", b"<c>1</c>")
    for cut in range(len(body) + 1):
        assert screened([before * 9 + body[:cut], body[cut:] + after * 9], media)


@pytest.mark.parametrize("late", LATE_BUT_HARMLESS)
def test_what_comes_later_and_only_looks_like_it_is_left(late: str) -> None:
    body = late.encode()
    for cut in range(len(body) + 1):
        assert screened([body[:cut], body[cut:]], LATE_BUT_HARMLESS[late]) == []


def test_an_object_without_it_hides_no_later_one_with_it() -> None:
    body = b'{"buyer": {"id": 1, "name": ""}}, ' * 9 + b'{"buyer": {"id": 1, "name": "x", "a": 1}}'
    assert screened([body], JSON) == ["buyer name"]


def test_what_comes_later_may_be_utf_16() -> None:
    assert screened(["<BuyerEmail>x".encode("utf-16-le")], XML) == ["BuyerEmail"]


def test_what_is_made_to_take_long_does_not() -> None:
    assert found(b"<a " + b"b" * 60_000 + b">", XML) == []
    assert found(b'{"' + b"b" * 60_000, JSON) == []


def test_a_row_is_no_header() -> None:
    rows = b"sku\ttitle\tquantity\nA\tphone\t1\nB\tBuyer Name\t2\n"
    assert found(rows, TSV) == []
