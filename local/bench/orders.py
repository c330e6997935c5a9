"""Orders reports to land: deterministic, of any size, as varied as real ones (gzip makes a quarter of them)."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from isal import isal_zlib

SIZES = {"100MB": 100 * 10**6, "1GiB": 2**30, "4GiB": 2**32}
CHARSETS = ("utf-8", "cp1252")
# Deflate looks back 32 KiB: rows that come again after some MB compress no better than new ones.
VARIED_ROWS = 20_000
BLOCK_ROWS = 1_000
PRODUCTS = 2_000
POPULAR = 0.55
# fmt: off
COLUMNS = (
    "amazon-order-id", "merchant-order-id", "purchase-date", "last-updated-date", "order-status", "fulfillment-channel",
    "sales-channel", "order-channel", "ship-service-level", "product-name", "sku", "asin", "item-status", "quantity",
    "currency", "item-price", "item-tax", "shipping-price", "shipping-tax", "gift-wrap-price", "gift-wrap-tax",
    "item-promotion-discount", "ship-promotion-discount", "ship-city", "ship-state", "ship-postal-code", "ship-country",
    "promotion-ids", "is-business-order", "purchase-order-number", "price-designation",
)
QUALITIES = (
    "Premium", "Großer", "Élégant", "Ultra Soft", "Organic", "Waterproof", "Compact", "Señor", "Classic", "Kids",
    "Men's", "Heavy-Duty", "Stainless Steel", "Piñata", "Crème", "Rechargeable",
)
THINGS = ("Water Bottle", "Yoga Mat", "Kaffeemühle", "LED Lamp", "Bébé Blanket", "Backpack", "Jalapeño Plant", "Socks")
VARIANTS = ("(Pack of 2)", "– 500 ml", ", Black", ", Blue™", "® Edition", '12" x 8"', "with Lid", ", 1 € Coin Holder")
# fmt: on
CITIES = ("NEW YORK", "München", "Málaga", "HOUSTON", "Köln", "São Paulo", "A Coruña", "London", "Orléans", "Zürich")
STATES = ("NY", "Bayern", "TX", "CA", "Andalucía", "", "WA")
ORDER_ID = "{id}"


class Report(NamedTuple):
    """A report on disk, gzipped. `size` is in bytes, inflated; `utf8_size` what that is in UTF-8."""

    path: Path
    charset: str
    size: int
    utf8_size: int

    @property
    def gzip_size(self) -> int:
        """How many bytes travel."""
        return self.path.stat().st_size


def report(directory: Path, *, name: str, size: int, charset: str, advance: Callable[[int], object]) -> Report:
    """Return the report of at least `size` bytes, which is made if it is not there; `advance` gets their sizes."""
    path = directory / f"orders-{name}.{charset}.tsv.gz"
    facts = path.with_suffix(".json")
    if not facts.exists():
        facts.write_text(json.dumps(_write(path, size=size, charset=charset, advance=advance)))
    return Report(path, charset, **json.loads(facts.read_text()))


def _write(path: Path, *, size: int, charset: str, advance: Callable[[int], object]) -> dict[str, int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    packer = isal_zlib.compressobj(3, isal_zlib.DEFLATED, 31)
    written = in_utf8 = 0
    try:
        with partial.open("wb") as file:
            for text in _blocks():
                block = text.encode(charset)
                written, in_utf8 = written + len(block), in_utf8 + len(text.encode())
                file.write(packer.compress(block))
                advance(len(block))
                if written >= size:
                    break
            file.write(packer.flush())
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    return {"size": written, "utf8_size": in_utf8}


def _blocks() -> Iterator[str]:
    # Not for secrets: the same rows each time.
    chance = random.Random(31)  # noqa: S311 - rows of a bench, no secret
    products = [_product(number, chance) for number in range(PRODUCTS)]
    rows = [_row(products, chance) for _ in range(VARIED_ROWS)]
    yield "\t".join(COLUMNS) + "\r\n"
    while True:
        start = chance.randrange(VARIED_ROWS - BLOCK_ROWS)
        yield "".join([row.replace(ORDER_ID, _order_id(chance)) for row in rows[start : start + BLOCK_ROWS]])


def _order_id(chance: random.Random) -> str:
    digits = f"{int(chance.random() * 10**17):017}"
    return f"{digits[:3]}-{digits[3:10]}-{digits[10:]}"


def _product(number: int, chance: random.Random) -> dict[str, str]:
    some, price = chance.choice, chance.randrange(300, 9_000)
    return {
        "product-name": " ".join(some(words) for words in (QUALITIES, QUALITIES, THINGS, VARIANTS, QUALITIES, THINGS)),
        "sku": f"{chance.randrange(100, 999)}-{some(('BLK', 'BLU', '2PK'))}-{number:05}",
        "asin": f"B0{chance.randrange(16**8):08X}",
        "item-price": f"{price / 100:.2f}",
        "item-tax": f"{price / 1212:.2f}",
    }


def _row(products: Sequence[dict[str, str]], chance: random.Random) -> str:
    some, share = chance.choice, chance.random()
    abroad = share > 0.6
    # Few products make most of the sales.
    seller = products[min(int(chance.paretovariate(0.9) * 3), len(products) - 1)]
    product = seller if chance.random() < POPULAR else some(products)
    bought = f"2026-0{chance.randrange(1, 8)}-{chance.randrange(1, 29):02}"
    values = dict.fromkeys(COLUMNS, "") | {
        "amazon-order-id": ORDER_ID,
        "merchant-order-id": ORDER_ID if share < 0.5 else "",
        "purchase-date": bought + _time(chance),
        "last-updated-date": bought + _time(chance),
        "order-status": "Shipped" if share < 0.9 else "Cancelled",
        "fulfillment-channel": "Amazon" if share < 0.8 else "Merchant",
        "sales-channel": "Amazon.de" if abroad else "Amazon.com",
        "ship-service-level": some(("Expedited", "Standard", "SecondDay")),
        **product,
        "item-status": "Shipped" if share < 0.9 else "Unshipped",
        "quantity": some("11111112"),
        "currency": "EUR" if abroad else "USD",
        "shipping-price": "4.99" if share > 0.7 else "",
        "shipping-tax": "0.41" if share > 0.7 else "",
        "item-promotion-discount": f"{chance.randrange(900) / 100:.2f}" if share > 0.8 else "",
        "ship-city": some(CITIES),
        "ship-state": some(STATES),
        "ship-postal-code": f"{chance.randrange(1_000, 99_999):05}",
        "ship-country": "DE" if abroad else "US",
        "promotion-ids": f"PAWS-V2-{chance.randrange(10**11)}" if share > 0.8 else "",
        "is-business-order": "true" if share > 0.9 else "false",
    }
    return "\t".join(values.values()) + "\r\n"


def _time(chance: random.Random) -> str:
    hour, minute, second = (chance.randrange(top) for top in (24, 60, 60))
    return f"T{hour:02}:{minute:02}:{second:02}+00:00"
