"""Whether a report of the configuration can be had: its type, for whom, in which marketplaces, with what options.

`problems` are refused. `notes` are worth knowing: the report is asked for all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lambdas.request import availability, options, report_types
from lambdas.spapi.regions import MARKETPLACES, country_of
from planning.config_problem import ConfigProblem

if TYPE_CHECKING:
    from datetime import datetime

    from lambdas.payloads.request import Request
    from lambdas.schedules.report_config import ConfiguredReport, ReportConfig, SellingPartner


def problems(report: ConfiguredReport, report_config: ReportConfig, *, now: datetime) -> Iterator[ConfigProblem]:
    """Yield why the report cannot be had."""
    path = ("reports", report.index)
    if gone := availability.ended(report.report_type, now=now):
        yield ConfigProblem((*path, "reportType"), f"cannot be had: {gone}")
        return
    for key, sentence in _for_nobody(report, report_config):
        yield ConfigProblem((*path, key), sentence)
    for problem in _of_options(report, report_config, now=now):
        yield ConfigProblem((*path, "reportOptions", *((problem.key,) if problem.key else ())), problem.sentence)


def notes(report: ConfiguredReport, *, now: datetime) -> Iterator[ConfigProblem]:
    """Yield what is worth knowing of a report that can be had."""
    path, kind = ("reports", report.index), report_types.get(report.report_type)
    for sentence in availability.notes(report.report_type, now=now):
        yield ConfigProblem((*path, "reportType"), f"is taken as it is: {sentence}")
    if report.marketplace_ids or not any(report.marketplaces_of(partner) for partner in report.selling_partners):
        return
    for partner in report.selling_partners:
        if elsewhere := availability.without(kind, partner.marketplace_ids):
            made = f"{report.report_type} is made for {', '.join(kind.marketplaces)}"
            yield ConfigProblem((*path, "reportType"), f"leaves out {', '.join(elsewhere)} of {partner.name}: {made}")


def _for_nobody(report: ConfiguredReport, report_config: ReportConfig) -> Iterator[tuple[str, str]]:
    """Yield why no selling partner can have the report; selling partners count whether they are enabled or not."""
    kind, partners = report_types.get(report.report_type), _candidates(report, report_config)
    if not partners:
        if report.names is not None:
            return  # that is said of each name
        wanted = kind.accounts[0] if len(kind.accounts) == 1 else "selling partner"
        yield "reportType", f"is for {wanted}s, and there is no {wanted} among the selling partners: nobody gets it"
        return
    made = f"{report.report_type} is made for {', '.join(kind.marketplaces)}"
    if elsewhere := availability.without(kind, report.marketplace_ids):
        yield "marketplaceIds", f"has {', '.join(elsewhere)}, and {made}"
    elif not any(report.marketplaces_of(partner) for partner in partners) and set(report.marketplace_ids) <= {
        *MARKETPLACES
    }:
        sells = "; ".join(f"{one.name} in {', '.join(_countries(one.marketplace_ids))}" for one in partners)
        if report.marketplace_ids:
            where = ", ".join(_countries(report.marketplace_ids))
            yield "marketplaceIds", f"is {where}, where nobody sells whose report it is: {sells}"
        else:
            yield "reportType", f"cannot be had: {made}, and nobody sells there: {sells}"


def _candidates(report: ConfiguredReport, report_config: ReportConfig) -> list[SellingPartner]:
    """Return the selling partners that the report names, else those with an account that its type is for."""
    accounts = report_types.get(report.report_type).accounts
    return [
        one
        for one in report_config.selling_partners
        if (one.account in accounts if report.names is None else one.name in report.names)
    ]


def _of_options(
    report: ConfiguredReport, report_config: ReportConfig, *, now: datetime
) -> Iterable[options.OptionProblem]:
    """Return what the catalogue has against the options, for the accounts that the report is for; each thing once."""
    if report.discovered:
        return []
    found: dict[options.OptionProblem, None] = {}
    for partner in _candidates(report, report_config):
        request: Request = {
            "sellingPartnerId": partner.selling_partner_id,
            "reportType": report.report_type,
            "marketplaceIds": list(partner.marketplace_ids),
            "reportOptions": dict(report.report_options),
            "restricted": False,
            "refresh": False,
            "background": False,
        }
        if report.unknown_options == "allow":
            request["unknownOptions"] = "allow"
        found |= dict.fromkeys(options.problems(request, report_types.get(report.report_type), now=now))
    return found


def _countries(marketplace_ids: Iterable[str]) -> list[str]:
    return [country_of(one) for one in marketplace_ids]
