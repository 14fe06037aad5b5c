from __future__ import annotations

import pytest
from tests.devices.seen import NOW, reported

from limen.devices.compliance import judge
from limen.devices.model import Reason
from limen.devices.steps import TITLES, steps_for
from limen.facts import CHECKS
from limen.facts.device_rules import BASELINE, DeviceRules, Requirement, Severity


def test_each_check_has_a_title() -> None:
    assert tuple(TITLES) == CHECKS


@pytest.mark.parametrize("platform", ["linux", "macos", "windows", "beos"])
def test_there_is_something_to_do_about_everything(platform: str) -> None:
    rules = DeviceRules({name: Requirement(Severity.WARN, platforms=(platform,)) for name in BASELINE})
    for judged in judge(rules, platform, reported(dict.fromkeys(BASELINE, Reason.DENIED)), NOW).checks:
        assert steps_for(judged, platform).steps


def test_the_companys_own_words_come_first() -> None:
    rules = DeviceRules({"firewall": Requirement(Severity.WARN, steps=("Ring Mia",), minutes=3)})
    (judged,) = judge(rules, "linux", reported({"firewall": {"enabled": False}}), NOW).checks
    assert (steps_for(judged, "linux").steps, steps_for(judged, "linux").minutes) == (("Ring Mia",), 3)


def test_where_it_is_not_known_whether_malware_was_found_nobody_is_told_to_leave_the_device() -> None:
    rules = DeviceRules({"threats": Requirement(Severity.BLOCK)})
    (unknown,) = judge(rules, "linux", reported({"threats": Reason.UNSUPPORTED}), NOW).checks
    (found,) = judge(rules, "linux", reported({"threats": {"active": [{"name": "Eicar", "at": 1}]}}), NOW).checks
    assert "VirusEvent" in " ".join(steps_for(unknown, "linux").steps)
    assert not set(steps_for(unknown, "linux").steps) & set(steps_for(found, "linux").steps)
