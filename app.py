"""CDK app: context and reports.toml → configuration → stack → cloud assembly."""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from infra import App
from infra.config import Config, InvalidConfiguration
from infra.lambda_asset import PackagesMissing
from infra.stack import ReportflowStack
from planning.forecast import forecast, summary
from planning.load import notes

# The CDK CLI passes cdk.json's context on; run without the CLI, as `make synth` does, the app reads it itself.
by_cli = "CDK_CONTEXT_JSON" in os.environ
app = App(context=None if by_cli else json.loads(Path(__file__).with_name("cdk.json").read_text())["context"])
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
    month = summary(forecast(config.reports, now=now))
    sys.stderr.write(f"reportflow: {month}; `make plan` shows it all\n")
