"""What cdk-nag, cfn-lint and checkov find in the templates, and nobody has accepted: `python -m infra.template_checks`.

The stack is made as cdk.json has it, and with every option switched on.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from cdk_nag import AwsSolutionsChecks

from app import of_project, synthesize
from infra.checked_options import EVERY_OPTION, KEPT
from infra.config import REPOSITORY
from infra.stack import App
from infra.suppressions import is_accepted

SCRIPTS = REPOSITORY / ".venv" / "bin"
# checkov wants other versions of what the project has, boto3 among them: it has an environment of its own.
CHECKOV = REPOSITORY / ".venv" / "checks" / "bin" / "checkov"


def main() -> None:
    """Print what is found, and exit with 1 if that is anything."""
    with TemporaryDirectory() as directory:
        for name, options in (("default", {}), ("every option", EVERY_OPTION), ("kept", KEPT)):
            app = synthesize({**of_project(), **options}, outdir=str(Path(directory) / name))
            for finding in unaccepted(app):
                sys.exit(f"cdk-nag, {name}: {finding}")
        templates = [str(path) for path in sorted(Path(directory).rglob("*.template.json"))]
        # W3005: the CDK writes DependsOn beside GetAtt, which is only superfluous.
        lint = [str(SCRIPTS / "cfn-lint"), "--ignore-checks", "W3005", "--", *templates]
        checkov = [str(CHECKOV), "--framework", "cloudformation", "--skip-download", "--quiet", "--compact"]
        tools = [subprocess.Popen(command) for command in (lint, [*checkov, "--file", *templates])]  # noqa: S603 - our own
        if sum(tool.wait() for tool in tools):
            sys.exit(1)
    sys.stdout.write(f"{len(templates)} templates are clean.\n")


def unaccepted(app: App) -> Iterator[str]:
    """Yield what cdk-nag's AwsSolutions finds, one line each."""
    resources = {resource.node.path: resource for resource in app.node.find_all()}
    for violation in AwsSolutionsChecks().validate_scope(app).violations:
        for place in violation.violating_resources:
            if not is_accepted(violation.rule_name, resources[place.construct_path or ""]):
                yield f"{violation.rule_name} on {place.construct_path}: {violation.description}"


if __name__ == "__main__":
    main()
