"""`make scale`: simulate, and write docs/scale.md."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from local.bench.scale.account import Retrier
from local.bench.scale.page import lines
from local.synthesis import REPOSITORY, synthesize

PAGE = REPOSITORY / "docs" / "scale.md"


def definition(assembly: Path) -> dict[str, Any]:
    """Return the report machine's definition, without the ARNs of its functions."""
    resources = json.loads((assembly / "reportflow.template.json").read_text())["Resources"]
    machines = {name: each for name, each in resources.items() if each["Type"] == "AWS::StepFunctions::StateMachine"}
    machine = next(each for name, each in machines.items() if name.startswith("Workflow"))
    _, parts = machine["Properties"]["DefinitionString"]["Fn::Join"]
    found: dict[str, Any] = json.loads("".join(part if isinstance(part, str) else "arn" for part in parts))
    return found


if __name__ == "__main__":
    with TemporaryDirectory() as directory:
        retrier = Retrier.of(definition(synthesize(Path(directory), context={})))
    PAGE.write_text("\n".join(lines(retrier)) + "\n")
