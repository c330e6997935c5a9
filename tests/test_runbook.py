"""Every alarm has its section of the runbook and leads to it, and every Fail state to what its error means."""

import re

from tests.assemblies import Assemblies
from tests.testing.repository import DOCS
from tests.testing.template import Template

LINK = "docs/runbook.md#"


def sections(page: str, level: str) -> list[str]:
    """Return the headings of a level."""
    return re.findall(rf"^{level} (.+)$", (DOCS / page).read_text(), re.MULTILINE)


def test_every_alarm_has_its_section_leads_to_it_and_no_section_is_dead(assemblies: Assemblies) -> None:
    template = Template.read(assemblies.wait_for("every-option"))
    alarms = [each["Properties"] for each in template.of_type("AWS::CloudWatch::Alarm").values()]
    assert {alarm["AlarmName"].split(": ")[1] for alarm in alarms} == set(sections("runbook.md", "##"))
    for alarm in alarms:
        meaning, anchor = alarm["AlarmDescription"].split(LINK)
        assert meaning.endswith(". ")
        assert anchor == alarm["AlarmName"].split(": ")[1].lower().replace(" ", "-")


def test_every_fail_state_leads_to_what_its_error_means(template: Template) -> None:
    explained = {name for heading in sections("outcomes.md", "###") for name in heading.split(", ")}
    for state in template.definition()["States"].values():
        if state["Type"] == "Fail":
            page, error = state["Comment"].split(", ")
            assert (page, error) == ("docs/outcomes.md", state["Error"])
            assert error in explained
