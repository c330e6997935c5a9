"""A selling partner's table in reports.toml: as text, and added to a file that is valid before and after."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

from cli.errors import CommandFailed, refused
from cli.plan import read_config
from lambdas.request.options import VENDOR_GROUP
from lambdas.spapi.regions import MARKETPLACES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def entry(selling_partner_id: str, *, name: str | None, marketplace_ids: Sequence[str]) -> str:
    """Return the table, as TOML."""
    account = "vendor" if selling_partner_id.startswith(VENDOR_GROUP) else "seller"
    countries = [MARKETPLACES[one][0] for one in marketplace_ids]
    return (
        "[[sellingPartners]]\n"
        f"name = {json.dumps(name or selling_partner_id.rpartition('.')[2].lower())}\n"
        f"sellingPartnerId = {json.dumps(selling_partner_id)}\n"
        f'account = "{account}"\n'
        f"marketplaceIds = {json.dumps(countries)}\n"
    )


def text_without(selling_partner_id: str | None, *, config: Path) -> str:
    """Return what the file says; nothing of one that is not there yet.

    Raises:
        CommandFailed: it cannot be read, or has the selling partner already.
    """
    try:
        text = config.read_text(encoding="utf-8") if config.exists() else ""
        partners = tomllib.loads(text).get("sellingPartners", [])
    except (OSError, ValueError) as error:
        raise refused(f"{config} cannot be read: {error}") from None
    if any(isinstance(one, dict) and one.get("sellingPartnerId") == selling_partner_id for one in partners):
        raise refused(f"{config} has {selling_partner_id} already: leave --write out")
    return text


def write(table: str, *, config: Path, selling_partner_id: str) -> None:
    """Add the table at the end of the file.

    Raises:
        CommandFailed: the file has the selling partner already, or would not be valid with it; it is as it was then.
    """
    before = text_without(selling_partner_id, config=config)
    config.write_text(f"{before.rstrip()}\n\n{table}".lstrip(), encoding="utf-8")
    try:
        read_config(config)
    except CommandFailed:
        config.write_text(before, encoding="utf-8")
        raise
