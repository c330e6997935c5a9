"""Reads `reports.toml` for whoever deploys or plans, and refuses all that is wrong with it, each with its line.

Shapes are checked by `reports.schema.json`, which editors read as well: a key's description there is what its sentence
says is allowed. It is not a part of the functions' asset, and neither is jsonschema: what is deployed has been here.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema

from lambdas.schedules.report_config import ReportConfig, from_toml
from planning import dry_run, semantic_checks
from planning.semantic_checks import ConfigProblem
from planning.toml_lines import line_of

SCHEMA = Path(__file__).parents[1] / "reports.schema.json"


class InvalidReports(ValueError):
    """The file is not one that anything can be deployed from. A line for each thing that is wrong with it."""


def read(path: Path, *, now: datetime) -> ReportConfig:
    """Return the configuration in a file; what its schedules ask for is tried out from `now` on.

    Raises:
        InvalidReports: lines such as `reports.toml:12: reports[2].period is 'yesterday'; allowed is …`.
    """
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except OSError as error:
        raise InvalidReports(f"{path.name} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        found = re.search(r"at line (\d+)", str(error))
        raise InvalidReports(f"{path.name}:{found[1] if found else 1}: it is not TOML: {error}") from None
    problems = list(_shape(raw))
    if not problems:
        report_config = from_toml(raw)
        # What would be asked for can be said only where it is clear for whom and when.
        problems = list(semantic_checks.problems(report_config, raw)) or list(dry_run.problems(report_config, now=now))
    if problems:
        said = sorted({(line_of(text, one.path), f"{_dotted(one.path)} {one.sentence}".strip()) for one in problems})
        raise InvalidReports("\n".join(f"{path.name}:{line}: {sentence}" for line, sentence in said))
    return report_config


def _shape(raw: dict[str, Any]) -> Iterator[ConfigProblem]:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    for error in validator.iter_errors(raw):
        path = tuple(error.absolute_path)
        allowed = error.schema["description"] if isinstance(error.schema, dict) else ""
        if error.validator == "additionalProperties":
            known = error.schema["properties"]
            for key in error.instance:
                if key not in known:
                    yield ConfigProblem((*path, key), f"is not known; allowed are {', '.join(known)}")
        elif error.validator == "required":
            for key in error.validator_value:
                if key not in error.instance:
                    yield ConfigProblem(path, f"lacks {key}")
        else:
            yield ConfigProblem(path, f"is {repr(error.instance)[:80]}; allowed is {allowed}")


def _dotted(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
