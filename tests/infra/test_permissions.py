"""Who may do what, asked of all policies of all templates, as they are by default and with every option."""

from pathlib import Path
from typing import Any

import pytest

from tests.testing.policies import Allowed, listed, of_resources, of_roles, resources_of
from tests.testing.repository import REPOSITORY

LAMBDAS = REPOSITORY / "lambdas" / "handlers"
WRITING = ("s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload", "s3:PutBucketPolicy")
ANY = ("reports/any.tsv", "manifests/any.json", "utf-8/any.tsv.gz", "unfinished/any.json")
RESTRICTED = tuple(f"restricted/{key}" for key in ANY)
PLAIN = (*ANY, "elsewhere/any")
# The account governs a key by its policy, else nobody could ever change it again: so CDK, so AWS's own advice.
KEY_OF_THE_ACCOUNT = "kms:*"


@pytest.fixture(scope="session", params=["default", "every option"])
def directory(request: pytest.FixtureRequest, assembly: Path, every_option: Path) -> Path:
    """Return each of the two assemblies."""
    return assembly if request.param == "default" else every_option


@pytest.fixture(scope="session")
def allowed(directory: Path) -> list[Allowed]:
    """Return what its roles are allowed."""
    return list(of_roles(directory))


@pytest.fixture(scope="session")
def functions(directory: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return each function's module and environment, by its role."""
    return {
        resource["Properties"]["Role"]["Fn::GetAtt"][0]: (
            resource["Properties"]["Handler"].split(".")[-2],
            resource["Properties"].get("Environment", {}).get("Variables", {}),
        )
        for _, resource in resources_of(directory)
        if resource["Type"] == "AWS::Lambda::Function" and resource["Properties"]["Runtime"].startswith("python")
    }


def test_no_action_is_a_wildcard(directory: Path, allowed: list[Allowed]) -> None:
    assert len(allowed) > 20
    assert [each for each in allowed if any("*" in action for action in each.actions)] == []
    for owner, statement in of_resources(directory):
        wild = [action for action in listed(statement["Action"]) if "*" in action and statement["Effect"] == "Allow"]
        of_account = "root" in str(statement["Principal"]) and "Condition" not in statement
        assert wild == [] or (wild == [KEY_OF_THE_ACCOUNT] and of_account), owner


def test_only_the_landing_functions_write_the_bucket_and_each_its_own_zone(
    directory: Path, allowed: list[Allowed], functions: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    (bucket,) = (
        name
        for name, resource in resources_of(directory)
        if resource["Type"] == "AWS::S3::Bucket" and name.startswith("StorageReports")
    )

    def writers(keys: tuple[str, ...]) -> set[tuple[str, str]]:
        writing = {
            each.role
            for each in allowed
            for action in WRITING
            for key in ("", *(f"/{key}" for key in keys))
            if each.allows(action, f"<{bucket}.Arn>{key}")
        }
        return {(functions[role][0], functions[role][1].get("REPORT_ZONE", "")) for role in writing}

    assert writers(RESTRICTED) == {("handle_done", "restricted/")}
    assert writers(PLAIN) == {("handle_done", "")}
    assert writers(("restricted/tables/any.parquet",)) <= {("tabulate", "restricted/")}
    assert writers(("tables/any.parquet",)) <= {("tabulate", "")}
    assert writers(("backfills/any.json",)) == {("summarize_backfill", "")}


def test_only_what_calls_sp_api_reads_secrets(
    allowed: list[Allowed], functions: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    readers = {each.role for each in allowed if "secretsmanager:GetSecretValue" in each.actions}
    assert {functions[role][0] for role in readers} == {
        module for module, _ in functions.values() if ".sp_api(" in (LAMBDAS / f"{module}.py").read_text()
    }
    others = {action for each in allowed for action in each.actions if action.startswith("secretsmanager:")}
    # The daily look at the client secret's age sees its versions' dates, and no value.
    assert others == {"secretsmanager:GetSecretValue", "secretsmanager:ListSecretVersionIds"}
    for each in allowed:
        if each.role in readers and any(action.startswith("secretsmanager:") for action in each.actions):
            assert each.actions == ("secretsmanager:GetSecretValue",)
            assert [resource.rpartition(":secret:")[2] for resource in each.resources] == ["reportflow/*"]


def test_only_the_restricted_landing_uses_the_key_of_the_restricted_zone(
    allowed: list[Allowed], functions: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    users = {each.role for each in allowed for action in each.actions if action.startswith("kms:")}
    assert {functions[role][1].get("REPORT_ZONE") for role in users} == {"restricted/"}
    assert {functions[role][0] for role in users} <= {"handle_done", "tabulate"}


def test_tables_are_appended_to_in_the_database_of_their_zone_only(
    allowed: list[Allowed], functions: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    for each in allowed:
        if any(action.startswith("glue:") for action in each.actions):
            module, environment = functions[each.role]
            database = environment["TABLES_DATABASE"]
            assert module == "tabulate"
            assert database.endswith("_restricted") is (environment.get("REPORT_ZONE") == "restricted/")
            assert [resource.rpartition(":")[2] for resource in each.resources] == [
                "catalog",
                f"database/{database}",
                f"table/{database}/*",
            ]
    assert not [action for each in allowed for action in each.actions if action.startswith("athena:")]


def test_no_function_may_delete_anything(
    allowed: list[Allowed], functions: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    deleting = {action for each in allowed if each.role in functions for action in each.actions if ":Delete" in action}
    # A message of the notification queue that was read; Lambda's own pollers do it in the function's name.
    assert deleting - {"sqs:DeleteMessage"} == set()


def test_only_find_gaps_redrives_where_it_is_to_and_only_the_report_machine_s_executions(
    directory: Path, allowed: list[Allowed], functions: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    redriving = [each for each in allowed if "states:RedriveExecution" in each.actions and each.role in functions]
    on = {module for module, variables in functions.values() if variables.get("REPEAT_FAILED") == "true"}
    assert (
        {functions[each.role][0] for each in redriving}
        == on
        == ({"find_gaps"} if "default" in str(directory) else set())
    )
    for each in redriving:
        (resource,) = each.resources
        assert ":execution:" in resource
        assert "Workflow" in resource
