"""The lint follows the data: what every route has written may be read, and nothing else."""

from typing import Any

import pytest

from tests.testing.machine.lint import lint

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:work"


def chain(*states: dict[str, Any], read: str) -> dict[str, Any]:
    """Return a definition of states in a row, with a last one that reads a path."""
    last = {"Type": "Pass", "Parameters": {"read.$": read}, "End": True}
    names = [f"State {number}" for number in range(len(states))]
    row = {
        name: {**state, "Next": following}
        for name, state, following in zip(names, states, [*names, "Last"][1:], strict=True)
    }
    return {"StartAt": [*names, "Last"][0], "TimeoutSeconds": 60, "States": {**row, "Last": last}}


def problems(definition: dict[str, Any], **given: Any) -> list[str]:
    findings = lint(definition, **{"input_keys": {"a"}, **given})
    assert {finding.rule for finding in findings} <= {"path"}
    return [f"{finding.where}: {finding.problem.split(' ')[0]}" for finding in findings]


def task(**fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": FUNCTION, **fields}


def pass_(**fields: Any) -> dict[str, Any]:
    return {"Type": "Pass", **fields}


@pytest.mark.parametrize(
    ("states", "there", "missing"),
    [
        ([], ["$", "$.a", "$.a.deep", "$['a']", "$.a[0].b", "$$.Execution.Input.a.b"], ["$.b", "$['b']"]),
        ([task(ResultPath="$.r")], ["$.a", "$.r", "$.r.any"], ["$.any"]),
        ([task(ResultPath="$.r.s")], ["$.r", "$.r.s.any"], ["$.r.t"]),
        ([task(ResultPath=None)], ["$.a"], ["$.r"]),
        ([task()], ["$"], ["$.a", "$.any"]),
        ([task(ResultSelector={"x.$": "$.any"}, ResultPath="$.r")], ["$.a", "$.r.x"], ["$.r.y"]),
        ([task(ResultPath="$.r", OutputPath="$.r")], ["$.any"], []),
        ([task(ResultPath="$.r.s", OutputPath="$.r")], ["$.s"], ["$.a", "$.r"]),
        ([pass_()], ["$.a"], ["$.b"]),
        ([pass_(Parameters={"x": {"y.$": "$.a"}})], ["$.x", "$.x.y.any"], ["$.a", "$.x.z"]),
        ([pass_(Parameters={"x": 1}, ResultPath="$.p")], ["$.a", "$.p.x"], ["$.x", "$.p.y"]),
        ([pass_(Result={"x": {"y": 1}})], ["$.x.y"], ["$.a", "$.x.z"]),
        ([pass_(Result={"x": 1}, ResultPath="$.a")], ["$.a.x"], ["$.a.y"]),
        ([pass_(Result="text")], ["$"], ["$.a"]),
        ([pass_(InputPath=None)], ["$"], ["$.a"]),
        ([pass_(OutputPath=None)], ["$"], ["$.a"]),
        ([pass_(Parameters={"x": {"y": 1}}), pass_(InputPath="$.x", Parameters={"z.$": "$.y"})], ["$.z"], ["$.x"]),
        ([pass_(Parameters={"x": {"y": 1}}), {"Type": "Wait", "Seconds": 1, "OutputPath": "$.x"}], ["$.y"], ["$.x"]),
    ],
)
def test_what_states_write(states: list[dict[str, Any]], there: list[str], missing: list[str]) -> None:
    for path in there:
        assert problems(chain(*states, read=path)) == []
    for path in missing:
        assert problems(chain(*states, read=path)) == [f"Last: {path}"]


def test_what_a_function_returns_is_known_where_it_is_declared() -> None:
    outputs = {"State 0": {"report.status", "poll"}}
    for path in ("$.report", "$.report.status", "$.poll.any"):
        assert problems(chain(task(), read=path), outputs=outputs) == []
        below = path.replace("$", "$.r", 1)
        assert problems(chain(task(ResultPath="$.r"), read=below), outputs=outputs) == []
    for path in ("$.report.state", "$.a"):
        assert problems(chain(task(), read=path), outputs=outputs) == [f"Last: {path}"]
    assert problems(chain(task(ResultPath="$.r"), read="$.r.report.state"), outputs=outputs)
    assert problems(chain(task(ResultSelector={"x.$": "$.pol"}), read="$.x"), outputs=outputs) == ["State 0: $.pol"]


def test_outputs_are_declared_of_tasks_only() -> None:
    findings = lint(chain(pass_(), read="$.a"), input_keys={"a"}, outputs={"State 0": {"x"}, "Task": {"y"}})
    assert [(finding.rule, finding.where) for finding in findings] == [("outputs", "State 0"), ("outputs", "Task")]


def forked(read: str, **second: Any) -> dict[str, Any]:
    """Return a definition with two routes to its last state, the first of which writes x and y."""
    definition = chain({"Type": "Choice"}, pass_(Parameters={"x": {"z": 1}, "y": 1}), pass_(**second), read=read)
    states = definition["States"]
    states["State 0"] = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "State 1"}],
        "Default": "State 2",
    }
    states["State 1"]["Next"] = "Last"
    return definition


def test_only_what_both_routes_write_may_be_read() -> None:
    assert problems(forked("$.x", Parameters={"x": 1})) == []
    assert problems(forked("$.x.z", Parameters={"x": {"z": 2, "other": 3}})) == []
    assert problems(forked("$.y", Parameters={"x": 1})) == ["Last: $.y"]
    assert problems(forked("$.x.other", Parameters={"x": {"z": 2, "other": 3}})) == ["Last: $.x.other"]


def test_the_route_of_a_catch_knows_the_error_and_not_the_result() -> None:
    def caught(read: str, **fields: Any) -> list[str]:
        definition = chain(task(ResultPath="$.r"), read="$")
        definition["States"]["State 0"]["Catch"] = [{"ErrorEquals": ["A"], "Next": "Caught", **fields}]
        definition["States"]["Caught"] = {"Type": "Fail", "CausePath": read}
        return problems(definition)

    assert caught("$.Cause") == []
    assert caught("$.e.Error", ResultPath="$.e") == []
    assert caught("$.a", ResultPath="$.e") == []
    assert caught("$.a", ResultPath=None) == []
    assert caught("$.a") == ["Caught: $.a"]
    assert caught("$.e.Kause", ResultPath="$.e") == ["Caught: $.e.Kause"]
    assert caught("$.r", ResultPath="$.e") == ["Caught: $.r"]


def test_a_loop_knows_what_its_first_round_knows() -> None:
    def looped(seconds_path: str) -> list[str]:
        definition = chain({"Type": "Wait", "SecondsPath": seconds_path}, task(ResultPath="$.r"), {}, read="$.r")
        definition["States"]["State 2"] = {
            "Type": "Choice",
            "Choices": [{"Variable": "$.r", "IsNull": True, "Next": "State 0"}],
            "Default": "Last",
        }
        return problems(definition)

    assert looped("$.a") == []
    assert looped("$.r") == ["State 0: $.r"]


def test_a_pass_that_nests_its_input_in_a_loop_comes_to_an_end() -> None:
    definition = chain({"Type": "Wait", "Seconds": 1}, pass_(ResultPath="$.a"), {}, read="$.a")
    definition["States"]["State 2"] = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "State 0"}],
        "Default": "Last",
    }
    assert problems(definition) == []


def test_a_rule_may_read_what_it_has_found_to_be_there() -> None:
    present = {"Variable": "$.b", "IsPresent": True}
    read = {"Variable": "$.b", "StringEquals": "x"}
    for parts, expected in (([present, read], []), ([read, present], ["State 0: $.b"]), ([present], [])):
        definition = chain({"Type": "Choice"}, read="$.a")
        definition["States"]["State 0"] = {
            "Type": "Choice",
            "Choices": [{"And": parts, "Next": "Last"}],
            "Default": "Last",
        }
        assert problems(definition) == expected
