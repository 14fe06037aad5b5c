"""A row of a story: what it says, with the words of Limen's own decisions and alerts."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from limen.demo import story_row
from limen.demo.attempt import Attempt
from limen.demo.roles import Question
from limen.demo.running_company import RunningCompany
from limen.demo.story_row import Row, alarmed, decided
from limen.devices.projection import Projection
from limen.monitor.alerts.model import Alert
from limen.monitor.detections.hit import Level

MALWARE = "79ca7d19-2afd-593e-94ba-043dbf273f42"
ROW = Row(id="r", who="Ada", does="looks", answer="deny", reason="")
ALERT = Alert(
    id="a", case_id="c", rule=MALWARE, title="Found", level=Level.HIGH, entity="host:", opened_at=1, last_at=1, since=1
)


def test_the_time_it_took_is_in_milliseconds() -> None:
    assert ROW.after(0.12345).milliseconds == 123.5
    assert ROW.after(0.12345).as_json()["milliseconds"] == 123.5


async def test_where_no_decision_was_made_it_says_what_the_page_said(company: RunningCompany) -> None:
    asked = Attempt(Question("q", "Ask", "wiki", "view"), 404, "http://wiki", "Gone", "Not here", "")
    found = await decided(company.limen, "r", "Ada", "looks", asked)
    assert (found.answer, found.reason, found.remedy, found.decision) == ("deny", "Gone", "Not here", "")


@pytest.mark.parametrize(("says", "named"), [({}, "ada-laptop"), ({"host": "build-7"}, "build-7")])
def test_an_alert_about_a_device_names_it(says: dict[str, str], named: str) -> None:
    held = SimpleNamespace(held={"d1": SimpleNamespace(device=SimpleNamespace(name="ada-laptop"))})
    limen = SimpleNamespace(
        core=SimpleNamespace(offers=SimpleNamespace(take={Projection: held}.__getitem__)),
        known=SimpleNamespace(people={}, workloads={}),
    )
    about = replace(ALERT, device_id="d1", says={**says, "reason": "Eicar", "object": "/tmp/x"})
    found = alarmed(limen, ROW, about)
    assert named in found.reason
    assert (found.alert, found.id) == (MALWARE, "r")
    assert story_row.NOT_HERE not in found.reason
