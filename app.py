"""CDK app: context and reports.toml → configuration → stack → cloud assembly."""

import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.config import Config
from infra.context_values import InvalidConfiguration
from infra.lambda_asset import PackagesMissing
from infra.stack import App, ReportflowStack
from planning.forecast import forecast, summary
from planning.load import notes


def synthesize(context: Mapping[str, Any] | None = None, *, outdir: str | None = None) -> App:
    """Write the cloud assembly; on stderr, say what is worth knowing of the configuration, and what a month comes to.

    Without a context or an `outdir` it is the CDK CLI that gives them, by the environment.
    """
    app = App(context=context, outdir=outdir)
    try:
        config = Config.from_context(app.node.try_get_context)
        ReportflowStack(app, "reportflow", config=config)
    except (InvalidConfiguration, PackagesMissing) as error:
        sys.exit(f"reportflow: {error}")
    app.synth()
    now = datetime.now(UTC)
    for note in notes(config.reports_file, config.reports, now=now):
        sys.stderr.write(f"{note}\n")
    if config.reports.timings:
        month = summary(forecast(config.reports, now=now, tables=config.tables))
        sys.stderr.write(f"reportflow: {month}; `make plan` shows it all\n")
    return app


def of_project() -> dict[str, Any]:
    """Return the context in cdk.json, which the CDK CLI passes on; without the CLI it is read here."""
    context: dict[str, Any] = json.loads(Path(__file__).with_name("cdk.json").read_text())["context"]
    return context


if __name__ == "__main__":
    synthesize(None if "CDK_CONTEXT_JSON" in os.environ else of_project())
