"""reportflow add-seller: a selling partner's refresh token gets into its secret, and the partner into reports.toml."""

import sys
import webbrowser
from getpass import getpass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from cli.authorization import Authorization, central_of
from cli.consent_callback import is_listened_at, listening
from cli.doctor_context import DoctorContext
from cli.errors import refused
from cli.plan import CONFIG, ConfigOption
from cli.refresh_tokens import RefreshTokens
from cli.selling_partner_entry import entry, text_without, write
from cli.stack import Connection
from cli.terminal import console
from lambdas.request.options import VENDOR_GROUP
from lambdas.request.parsing import SELLING_PARTNER_ID
from lambdas.spapi.regions import MARKETPLACES, marketplace_id, region_of

PASTE = "The address that the browser has then been sent to: "
TOKEN = "The refresh token (it is not shown): "  # noqa: S105 - a prompt, not a token


def add_seller(
    *,
    seller: Annotated[
        str | None, typer.Argument(metavar="SELLER", help="sellingPartnerId; the consent says it too.")
    ] = None,
    marketplace: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="A marketplace, as an id or a country. Repeat.")
    ] = None,
    token: Annotated[
        bool, typer.Option("--token", help="Ask for a refresh token, or read it from standard input.")
    ] = False,
    application_id: Annotated[
        str | None, typer.Option(metavar="ID", help="The SP-API application's, amzn1.sp.solution.…")
    ] = None,
    redirect_uri: Annotated[
        str | None, typer.Option("--redirect-uri", metavar="URL", help="One of those that the application has.")
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="The application is a draft still (version=beta).")] = False,
    central: Annotated[
        str | None, typer.Option(metavar="URL", help="Seller or Vendor Central, if not the marketplace's own.")
    ] = None,
    certificate: Annotated[Path | None, typer.Option(metavar="FILE", help="PEM, for https on the loopback.")] = None,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="PEM, the certificate's key.")] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open the consent's page in the browser.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the token of a seller that has one.")] = False,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="What reports.toml calls it.")] = None,
    write_it: Annotated[
        bool, typer.Option("--write", help="Add it to reports.toml, instead of printing what to add.")
    ] = False,
    config: ConfigOption = CONFIG,
    connection: Connection,
) -> None:
    """Add a selling partner: its refresh token becomes a secret, and its table goes into reports.toml.

    The token comes from the selling partner's consent in the browser (--application-id, --redirect-uri), or from you
    (--token). It is tried out with Login with Amazon before it is stored, and never printed. A redirect URI on this
    machine is listened at; of any other you paste the address that the browser ends at.

    Exit code: 0 it is added, 1 Amazon refuses, 2 an argument is refused, 3 the stack or the application's secret is
    missing.
    """
    marketplace_ids = _marketplaces(marketplace)
    _check(seller, token=token, application_id=application_id, redirect_uri=redirect_uri)
    for flag, path in (("--certificate", certificate), ("--key", key)):
        if path is not None and not path.is_file():
            raise refused(f"{flag}: there is no file {path}")
    if write_it:
        text_without(seller, config=config)
    context = DoctorContext(connection)
    tokens = RefreshTokens(context)
    if seller and not replace:
        tokens.check_is_new(seller)
    if token:
        added, refresh_token = str(seller), _asked(TOKEN)
    else:
        account = "vendor" if (seller or "").startswith(VENDOR_GROUP) else "seller"
        authorization = Authorization(
            application_id=str(application_id),
            redirect_uri=str(redirect_uri),
            central=central or central_of(MARKETPLACES[marketplace_ids[0]][0], account=account),
            draft=draft,
        )
        added, refresh_token = _authorized(
            authorization, tokens, certificate=certificate, key=key, open_it=open_it, seller=seller
        )
        if not replace:
            tokens.check_is_new(added)
    secret = tokens.store(added, refresh_token)
    console().print(f"The secret {secret} has the refresh token of {added}.", soft_wrap=True)
    table = entry(added, name=name, marketplace_ids=marketplace_ids)
    if write_it:
        write(table, config=config, selling_partner_id=added)
        console().print(f"{config} has {added}; `make deploy` puts it into effect.", soft_wrap=True)
    else:
        console().print(f"\nFor reports.toml, and then `make deploy`:\n\n{table.rstrip()}", soft_wrap=True)


def _marketplaces(given: list[str] | None) -> list[str]:
    ids = [marketplace_id(name) for name in given or ()]
    if not ids:
        raise refused("--marketplace is missing: give one, such as DE; it may be given several times")
    try:
        region_of(ids)
    except ValueError as error:
        raise refused(str(error).replace("marketplaceIds", "--marketplace")) from None
    return ids


def _check(seller: str | None, *, token: bool, application_id: str | None, redirect_uri: str | None) -> None:
    """Check what is given together, before anything is called."""
    if seller is not None and not SELLING_PARTNER_ID.fullmatch(seller):
        raise refused(f"SELLER is {seller[:60]!r}; allowed are letters, digits, '.', '_' and '-'")
    if token and seller is None:
        raise refused("--token needs SELLER: a refresh token does not say whose it is")
    if token:
        return
    for flag, value in (("--application-id", application_id), ("--redirect-uri", redirect_uri)):
        if not value:
            raise refused(f"{flag} is missing: it is on the application's page at Amazon; or give --token")
    if urlsplit(redirect_uri or "").scheme not in ("https", "http") or not urlsplit(redirect_uri or "").hostname:
        raise refused(f"--redirect-uri is {redirect_uri!r}; allowed is an https URL, or http on this machine")


def _asked(prompt: str) -> str:
    """Return what is typed without being shown, or a line of standard input: never an argument, which others see."""
    said = (getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if not said:
        raise refused("nothing was given")
    return said


def _authorized(
    authorization: Authorization,
    tokens: RefreshTokens,
    *,
    certificate: Path | None,
    key: Path | None,
    open_it: bool,
    seller: str | None,
) -> tuple[str, str]:
    """Return the selling partner that has consented, and the refresh token that Login with Amazon gives for it."""
    console(stderr=True).print(
        f"Have the selling partner sign in and consent at\n{authorization.address}", soft_wrap=True
    )
    if is_listened_at(authorization.redirect_uri, certificate=certificate):
        with listening(authorization, certificate=certificate, key=key) as callback:
            if open_it:
                webbrowser.open(authorization.address)
            consent = callback.wait()
    else:
        if open_it:
            webbrowser.open(authorization.address)
        consent = authorization.consent(_asked(PASTE))
    if seller not in (None, consent.selling_partner_id):
        raise refused(f"SELLER is {seller}, and {consent.selling_partner_id} has consented: nothing is stored")
    if not SELLING_PARTNER_ID.fullmatch(consent.selling_partner_id):
        raise refused("the consent names a selling partner whose id no secret can have: nothing is stored")
    return consent.selling_partner_id, tokens.refresh_token_for(consent.code, redirect_uri=authorization.redirect_uri)
