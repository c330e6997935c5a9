"""Reads `reports.toml` for whoever deploys or plans, and refuses all that is wrong with it, each with its line.

Shapes are checked by `reports.schema.json`, which editors read as well: a key's description there is what its sentence
says is allowed. It is not a part of the functions' asset, and neither is jsonschema: what is deployed has been here.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import jsonschema

from lambdas.request.spelling import nearest
from lambdas.schedules.report_config import ReportConfig, from_toml
from planning import dry_run, quota_usage, semantic_checks, type_checks
from planning.config_problem import ConfigProblem
from planning.toml_lines import line_of

# A link to the one beside reports.toml, which the wheel has as a file.
SCHEMA = Path(__file__).with_name("reports.schema.json")


class UnknownKey(ConfigProblem):
    """A key that is not one of its table's."""


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
    # A key that is not known is not read: the others can be judged all the same.
    if not all(isinstance(one, UnknownKey) for one in problems):
        raise InvalidReports("\n".join(_lines(path, text, problems)))
    report_config = from_toml(raw)
    problems += semantic_checks.problems(report_config, raw, now=now)
    problems += _tried_out(report_config, problems, now=now)
    if problems:
        problems += _of_types(report_config, now=now)
        raise InvalidReports("\n".join(_lines(path, text, problems)))
    return report_config


def notes(path: Path, report_config: ReportConfig, *, now: datetime) -> list[str]:
    """Return what is worth knowing of a file that was read, in lines such as those of InvalidReports."""
    found = [*_of_types(report_config, now=now), *quota_usage.notes(report_config, now=now)]
    return _lines(path, path.read_text(encoding="utf-8"), found)


def _of_types(report_config: ReportConfig, *, now: datetime) -> Iterator[ConfigProblem]:
    return chain.from_iterable(type_checks.notes(report, now=now) for report in report_config.reports)


def _tried_out(
    report_config: ReportConfig, problems: Sequence[ConfigProblem], *, now: datetime
) -> Iterable[ConfigProblem]:
    """Return what is wrong with the requests of the reports that nothing is wrong with so far.

    What would be asked for can be said only where it is clear for whom and when.
    """
    if any(one.path[0] != "reports" or len(one.path) == 1 for one in problems):
        return []
    unclear = {one.path[1] for one in problems if not isinstance(one, UnknownKey)}
    clear = tuple(report for report in report_config.reports if report.index not in unclear)
    return dry_run.problems(replace(report_config, reports=clear), now=now)


def _lines(path: Path, text: str, found: Iterable[ConfigProblem]) -> list[str]:
    said = sorted({(line_of(text, one.path), f"{_dotted(one.path)} {one.sentence}".strip()) for one in found})
    return [f"{path.name}:{line}: {sentence}" for line, sentence in said]


def _shape(raw: dict[str, Any]) -> Iterator[ConfigProblem]:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    for error in validator.iter_errors(raw):
        path = tuple(error.absolute_path)
        allowed = error.schema["description"] if isinstance(error.schema, dict) else ""
        if error.validator == "additionalProperties":
            known = error.schema["properties"]
            for key in error.instance:
                if key not in known:
                    meant = nearest(key, known)
                    hint = f": did you mean {meant}?" if meant else f"; allowed are {', '.join(known)}"
                    yield UnknownKey((*path, key), f"is not known{hint}")
        elif error.validator == "required":
            for key in error.validator_value:
                if key not in error.instance:
                    yield ConfigProblem(path, f"lacks {key}")
        else:
            yield ConfigProblem(path, f"is {repr(error.instance)[:80]}; allowed is {allowed}")


def _dotted(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
