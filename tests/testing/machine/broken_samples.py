"""Small definitions, each of which breaks one rule of the lint."""

from typing import Any

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:work"
END: dict[str, Any] = {"Type": "Succeed"}
WORK: dict[str, Any] = {"Type": "Task", "Resource": FUNCTION, "Next": "End"}
WAIT: dict[str, Any] = {"Type": "Wait", "Seconds": 1, "Next": "End"}


def machine(start: dict[str, Any], **others: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": "Start", "TimeoutSeconds": 60, "States": {"Start": start, "End": END, **others}}


def choice(*rules: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"Type": "Choice", "Choices": [{"Next": "Wait", **rule} for rule in rules], "Default": "End", **fields}


def is_(value: str, **fields: Any) -> dict[str, Any]:
    return {"Variable": "$.a", "StringEquals": value, **fields}


def retry(**fields: Any) -> dict[str, Any]:
    return {**WORK, "Retry": [{"ErrorEquals": ["A"], **fields}]}


BROKEN: dict[str, tuple[str, dict[str, Any], str]] = {
    "no StartAt": ("field", {"TimeoutSeconds": 60, "States": {"End": END}}, "StartAt is needed."),
    "a field of the machine": ("field", {**machine(WORK), "Startat": "x"}, "Startat is unknown here."),
    "JSONata": ("field", {**machine(WORK), "QueryLanguage": "JSONata"}, "QueryLanguage JSONata is unknown here."),
    "no timeout": ("timeout", {"StartAt": "End", "States": {"End": END}}, "TimeoutSeconds must be"),
    "a timeout of 0": ("timeout", {**machine(WORK), "TimeoutSeconds": 0}, "TimeoutSeconds must be"),
    "a type": ("type", machine({**WORK, "Type": "Tusk"}), "Type 'Tusk' is unknown here"),
    "a Map": ("type", machine({**WORK, "Type": "Map"}), "Type 'Map' is unknown here"),
    "a field": ("field", machine({**WORK, "ResultPth": "$.a"}), "a Task has no ResultPth."),
    "a field of another type": ("field", machine({**WAIT, "Retry": []}), "a Wait has no Retry."),
    "Error and ErrorPath": ("field", machine(WORK, End={"Type": "Fail", "Error": "E", "ErrorPath": "$.a"}), "only one"),
    "Next and End": ("flow", machine({**WORK, "End": True}), "exactly one of Next and End"),
    "neither Next nor End": ("flow", machine(choice(is_("x")), Wait={"Type": "Wait", "Seconds": 1}), "exactly one of"),
    "Next in a Choice": ("field", machine(choice(is_("x"), Next="End"), Wait=WAIT), "a Choice has no Next."),
    "End in a Succeed": ("field", machine(WORK, End={**END, "End": True}), "a Succeed has no End."),
    "no resource": ("resource", machine({"Type": "Task", "Next": "End"}), "Resource must be"),
    "a resource unresolved": ("resource", machine({**WORK, "Resource": {"Ref": "F"}}), "Resource must be"),
    "StartAt nowhere": ("target", {**machine(WORK), "StartAt": "Strat"}, "there is no state 'Strat'"),
    "Next nowhere": ("target", machine({**WORK, "Next": "Edn"}), "there is no state 'Edn'"),
    "Default nowhere": ("target", machine(choice(is_("x"), Default="Edn"), Wait=WAIT), "there is no state 'Edn'"),
    "a rule's Next nowhere": ("target", machine(choice(is_("x", Next="Wiat"))), "there is no state 'Wiat'"),
    "a Catch's Next nowhere": (
        "target",
        machine({**WORK, "Catch": [{"ErrorEquals": ["A"], "Next": "Edn"}]}),
        "there is no state 'Edn'",
    ),
    "a state apart": ("unreachable", machine(WORK, Apart=WAIT), "no route leads to it."),
    "no way out": (
        "no way out",
        machine(choice(is_("x")), Wait={**WAIT, "Next": "More"}, More={**WAIT, "Next": "Wait"}),
        "no route leads from it to an end.",
    ),
    "a tight loop": ("tight loop", machine(choice(is_("x", Next="Start"))), "without a wait"),
    "a tight loop by Catch": (
        "tight loop",
        machine({**WORK, "Catch": [{"ErrorEquals": ["A"], "Next": "Start"}]}),
        "without a wait",
    ),
    "no Default": (
        "default",
        machine({"Type": "Choice", "Choices": [is_("x", Next="End")]}),
        "needs Choices and a Default",
    ),
    "no Choices": ("default", machine({"Type": "Choice", "Choices": [], "Default": "End"}), "needs Choices"),
    "no comparison": ("choice", machine(choice({"Variable": "$.a"}), Wait=WAIT), "a Variable and one comparison"),
    "an unknown comparison": ("choice", machine(choice({"Variable": "$.a", "StringEqual": "x"}), Wait=WAIT), "one"),
    "two comparisons": ("choice", machine(choice(is_("x", IsNull=True)), Wait=WAIT), "a Variable and one comparison"),
    "And with Variable": ("choice", machine(choice({**is_("x"), "And": [is_("y")]}), Wait=WAIT), "must stand alone"),
    "an empty Or": ("choice", machine(choice({"Or": []}), Wait=WAIT), "must stand alone and hold something"),
    "Next inside Or": ("choice", machine(choice({"Or": [is_("x", Next="End")]}), Wait=WAIT), "Next belongs to"),
    "the same rule again": ("entered", machine(choice(is_("x"), is_("x")), Wait=WAIT), "an earlier rule takes every"),
    "a rule behind a wider one": (
        "entered",
        machine(choice(is_("x"), {"And": [is_("x"), {"Variable": "$.b", "IsNull": True}]}), Wait=WAIT),
        "an earlier rule takes every",
    ),
    "half a rule taken": (
        "entered",
        machine(choice(is_("x"), {"Or": [is_("y"), is_("x")]}), Wait=WAIT),
        "an earlier rule takes every $.a StringEquals",
    ),
    "a contradiction": ("entered", machine(choice({"And": [is_("x"), is_("y")]}), Wait=WAIT), "nothing can be"),
    "Wait for nothing": ("wait", machine({"Type": "Wait", "Next": "End"}), "exactly one of"),
    "Wait for two things": ("wait", machine({**WAIT, "SecondsPath": "$.a"}), "exactly one of"),
    "Wait for -1": ("wait", machine({**WAIT, "Seconds": -1}), "not -1"),
    "Wait for half a second": ("wait", machine({**WAIT, "Seconds": 0.5}), "not 0.5"),
    "a retrier's field": ("handler", machine(retry(Interval=1)), "has no field Interval"),
    "a retrier without errors": ("handler", machine(retry(ErrorEquals=[])), "needs ErrorEquals"),
    "a catcher without Next": ("handler", machine({**WORK, "Catch": [{"ErrorEquals": ["A"]}]}), "and Next"),
    "a catcher's field": (
        "handler",
        machine({**WORK, "Catch": [{"ErrorEquals": ["A"], "Next": "End", "MaxAttempts": 1}]}),
        "has no field MaxAttempts",
    ),
    "States.ALL in company": ("handler", machine(retry(ErrorEquals=["States.ALL", "A"])), "alone and last"),
    "States.ALL first": (
        "handler",
        machine({**WORK, "Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["A"]}]}),
        "alone and last",
    ),
    "an error twice": (
        "handler",
        machine({**WORK, "Retry": [{"ErrorEquals": ["A"]}, {"ErrorEquals": ["B", "A"]}]}),
        "names A, which is handled already",
    ),
    "an error of no name": ("handler", machine(retry(ErrorEquals=["States.Timedout"])), "names States.Timedout"),
    "an error that passes all": ("handler", machine(retry(ErrorEquals=["States.Runtime"])), "names States.Runtime"),
    "IntervalSeconds 0": ("handler", machine(retry(IntervalSeconds=0)), "IntervalSeconds must be"),
    "MaxAttempts -1": ("handler", machine(retry(MaxAttempts=-1)), "MaxAttempts must be"),
    "MaxDelaySeconds too long": ("handler", machine(retry(MaxDelaySeconds=31_622_400)), "MaxDelaySeconds must be"),
    "MaxDelaySeconds too short": (
        "handler",
        machine(retry(IntervalSeconds=9, MaxDelaySeconds=8)),
        "less than the first pause",
    ),
    "BackoffRate 0.5": ("handler", machine(retry(BackoffRate=0.5)), "BackoffRate must be 1 or more"),
    "JitterStrategy full": ("handler", machine(retry(JitterStrategy="full")), "FULL or NONE"),
    "a misspelt context": ("path", machine({**WORK, "Parameters": {"x.$": "$$.Execution.ID"}}), "$$.Execution.ID"),
    "input nobody gives": ("path", machine({**WORK, "Parameters": {"x.$": "$$.Execution.Input.c"}}), "Input.c"),
    "no path at all": ("path", machine({**WORK, "Parameters": {"x.$": "a"}}), "a is no path"),
    "a .$ forgotten": ("path", machine({**WORK, "Parameters": {"x": {"y": "$.a"}}}), "does not end with .$"),
    "a call in a literal": ("path", machine({**WORK, "Parameters": {"x": "States.UUID()"}}), "does not end with .$"),
    "Parameters": ("path", machine({**WORK, "Parameters": {"x": [{"y.$": "$.c.d"}]}}), "$.c.d is not in the data"),
    "a call's argument": (
        "path",
        machine({**WORK, "Parameters": {"x.$": "States.Format('{} $.x', $.c)"}}),
        "$.c is not in the data",
    ),
    "a Variable": ("path", machine(choice(is_("x", Variable="$.c")), Wait=WAIT), "$.c is not in the data"),
    "a Variable deep in a rule": (
        "path",
        machine(choice({"Not": {"Or": [is_("x", Variable="$.c")]}}), Wait=WAIT),
        "$.c is not in the data",
    ),
    "a Variable asked for too late": (
        "path",
        machine(choice({"And": [is_("x", Variable="$.c"), {"Variable": "$.c", "IsPresent": True}]}), Wait=WAIT),
        "$.c is not in the data",
    ),
    "a value to compare with": (
        "path",
        machine(choice({"Variable": "$.a", "StringEqualsPath": "$.c"}), Wait=WAIT),
        "$.c is not in the data",
    ),
    "SecondsPath": ("path", machine({"Type": "Wait", "SecondsPath": "$.c", "Next": "End"}), "$.c is not in the data"),
    "TimeoutSecondsPath": ("path", machine({**WORK, "TimeoutSecondsPath": "$.c"}), "$.c is not in the data"),
    "InputPath": ("path", machine({**WORK, "InputPath": "$.c"}), "$.c is not in the data"),
    "OutputPath": ("path", machine(WAIT, End={**END, "OutputPath": "$.c"}), "$.c is not in the data"),
    "CausePath": ("path", machine(WAIT, End={"Type": "Fail", "CausePath": "$.c"}), "$.c is not in the data"),
    "ErrorPath": ("path", machine(WAIT, End={"Type": "Fail", "ErrorPath": "$.c"}), "$.c is not in the data"),
    "ResultPath": ("path", machine({**WORK, "ResultPath": "c"}), "c is no path"),
    "ResultPath of a Catch": (
        "path",
        machine({**WORK, "Catch": [{"ErrorEquals": ["A"], "Next": "End", "ResultPath": "c"}]}),
        "c is no path",
    ),
}
