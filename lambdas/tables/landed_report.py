"""A landed report as its manifest has it: all that this room reads of a manifest, it reads here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lambdas.landing.contents.media_type import KINDS, Media

BY_CONTENT_TYPE = {media.content_type: media for media in KINDS.values()}
# What a document can be that has nothing to say; an odd sentence is no such thing (landing.content_findings.empty).
NOTHING = ("zero bytes", "blank", "sentence")


@dataclass(frozen=True, kw_only=True)
class LandedReport:
    """A document in S3, the window that it is of, and what was found out about it when it landed."""

    bucket: str
    key: str
    version_id: str | None
    gzip: bool
    media: Media
    charset: str | None
    sha256: str
    selling_partner_id: str
    report_type: str
    report_id: str
    marketplace_ids: tuple[str, ...]
    report_options: Mapping[str, str]
    window_start: str
    """The instant that Amazon was asked for; empty where there is none."""
    window_end: str
    month: str
    """In which the window begins, as YYYY-MM."""
    window: str
    """32 hex digits for what was asked for: a newer report with the same ones takes the place of this one."""
    created_at: datetime
    """When Amazon was asked for it: of a window's reports the one that was asked for last counts."""
    landed_at: datetime
    says_nothing: bool
    """Whether the document is blank, or one of Amazon's sentences that there is no data."""
    layout_change: Mapping[str, Any] | None
    """The details of the finding LAYOUT, if there is one."""
    execution_arn: str

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> LandedReport:
        """Return the report that a manifest tells of."""
        result = manifest["result"]
        findings = {finding["code"]: finding for finding in result.get("findings", [])}
        start = result.get("dataStartTime") or ""
        # As landing.manifest.order_of has it, which needs packages that the command line does not have everywhere.
        created = manifest["report"].get("createdTime") or manifest["landedAt"]
        return cls(
            bucket=result["bucket"],
            key=result["key"],
            version_id=result.get("versionId"),
            gzip=manifest["compression"] == "gzip",
            media=BY_CONTENT_TYPE[manifest["mediaType"]],
            charset=result["charset"],
            sha256=result["sha256"] or "",
            selling_partner_id=result["sellingPartnerId"],
            report_type=result["reportType"],
            report_id=result["reportId"],
            marketplace_ids=tuple(sorted(result["marketplaceIds"])),
            report_options=result["reportOptions"],
            window_start=start,
            window_end=result.get("dataEndTime") or "",
            month=(result.get("firstDay") or start or manifest["report"]["createdTime"])[:7],
            window=hashlib.sha256(manifest["requestFingerprint"].encode()).hexdigest()[:32],
            created_at=datetime.fromisoformat(created).astimezone(UTC),
            landed_at=datetime.fromisoformat(manifest["landedAt"]),
            says_nothing=_says_nothing(findings.get("EMPTY")),
            layout_change=findings["LAYOUT"]["details"] if "LAYOUT" in findings else None,
            execution_arn=manifest.get("executionArn") or "",
        )

    def own_columns(self) -> dict[str, str]:
        """Return the columns that every row of the report has the same values in."""
        return {
            "rf_report_id": self.report_id,
            "rf_window_start": self.window_start,
            "rf_window_end": self.window_end,
            "rf_marketplaces": ",".join(self.marketplace_ids),
            "rf_options": json.dumps(self.report_options, sort_keys=True),
            "rf_source": f"s3://{self.bucket}/{self.key}",
        }


def _says_nothing(empty: Mapping[str, Any] | None) -> bool:
    if empty is None:
        return False
    kind: str = empty["details"]["kind"]
    return kind in NOTHING and (kind != "sentence" or empty["severity"] == "info")
