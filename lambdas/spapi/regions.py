"""Amazon's marketplaces and the SP-API endpoint that serves each.

Source: Amazon's pages "Marketplace IDs" and "SP-API endpoints".
"""

from collections.abc import Sequence
from typing import Literal

Region = Literal["NA", "EU", "FE"]

ENDPOINTS: dict[Region, str] = {
    "NA": "https://sellingpartnerapi-na.amazon.com",
    "EU": "https://sellingpartnerapi-eu.amazon.com",
    "FE": "https://sellingpartnerapi-fe.amazon.com",
}

MARKETPLACES: dict[str, tuple[str, Region]] = {
    "A2EUQ1WTGCTBG2": ("CA", "NA"),
    "ATVPDKIKX0DER": ("US", "NA"),
    "A1AM78C64UM0Y8": ("MX", "NA"),
    "A2Q3Y263D00KWC": ("BR", "NA"),
    "A28R8C7NBKEWEA": ("IE", "EU"),
    "A1RKKUPIHCS9HS": ("ES", "EU"),
    "A1F83G8C2ARO7P": ("UK", "EU"),
    "A13V1IB3VIYZZH": ("FR", "EU"),
    "AMEN7PMS3EDWL": ("BE", "EU"),
    "A1805IZSGTT6HS": ("NL", "EU"),
    "A1PA6795UKMFR9": ("DE", "EU"),
    "APJ6JRA9NG5V4": ("IT", "EU"),
    "A2NODRKZP88ZB9": ("SE", "EU"),
    "AE08WJ6YKNBMC": ("ZA", "EU"),
    "A1C3SOZRARQ6R3": ("PL", "EU"),
    "ARBP9OOSHTCHU": ("EG", "EU"),
    "A33AVAJ2PDY3EV": ("TR", "EU"),
    "A17E79C6D8DWNP": ("SA", "EU"),
    "A2VIGQ35RCS4UG": ("AE", "EU"),
    "A21TJRUUN4KGV": ("IN", "EU"),
    "A19VAU5U5O7RUS": ("SG", "FE"),
    "A39IBJ37TRP1C6": ("AU", "FE"),
    "A1VC38T7YXB528": ("JP", "FE"),
}


# By ISO 3166's code too, where Amazon has another.
BY_COUNTRY = {country: marketplace_id for marketplace_id, (country, _) in MARKETPLACES.items()}
ALSO_CALLED = {"GB": "UK"}


def marketplace_id(name: str) -> str:
    """Return the id of a marketplace that is given by its country, in whatever case; anything else as it is."""
    country = name.upper()
    return BY_COUNTRY.get(ALSO_CALLED.get(country, country), name)


def country_of(marketplace_id: str) -> str:
    """Return a marketplace's country, as `marketplace_id` takes it; an id that is not known as it is."""
    return MARKETPLACES[marketplace_id][0] if marketplace_id in MARKETPLACES else marketplace_id


def region_of(marketplace_ids: Sequence[str]) -> Region:
    """Return the one region that serves all these marketplaces.

    Raises:
        ValueError: a marketplace is unknown, or they are of several regions. The message is one sentence for a person.
    """
    for one in marketplace_ids:
        if one not in MARKETPLACES:
            found = f"marketplaceIds has {one[:40]!r}, which is no marketplace"
            raise ValueError(f"{found}; known are {', '.join(BY_COUNTRY)} and their ids")
    regions = {MARKETPLACES[one][1]: one for one in marketplace_ids}
    if len(regions) != 1:
        found = ", ".join(f"{MARKETPLACES[key][0]} ({key}) is in {region}" for region, key in sorted(regions.items()))
        raise ValueError(f"marketplaceIds must all be of one region, and {found}: start one execution per region")
    return next(iter(regions))
