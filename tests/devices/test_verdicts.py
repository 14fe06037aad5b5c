"""What was observed held against what is demanded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.devices.seen import NOW, checks

from limen.devices.model import Check, CheckState, Reason
from limen.devices.verdicts import Verdict, found
from limen.facts import CHECKS
from limen.facts.device_rules import BASELINE, Requirement, Severity

BAD: tuple[tuple[str, dict[str, Any], Verdict], ...] = (
    ("os", {"name": "debian", "version": "9", "supported_until": "2022-06-30"}, Verdict.FAIL),
    ("os", {"name": "arch", "version": "", "supported_until": None}, Verdict.UNKNOWN),
    ("os", {"name": "debian", "version": "13", "supported_until": "2030-13-45"}, Verdict.UNKNOWN),
    ("updates", {"pending": 9, "security": 1, "oldest_days": 15, "lists_age_days": 0}, Verdict.FAIL),
    ("updates", {"pending": 9, "security": 1, "oldest_days": 14, "lists_age_days": 0}, Verdict.PASS),
    ("updates", {"pending": 9, "security": 1, "oldest_days": None, "lists_age_days": 0}, Verdict.UNKNOWN),
    ("updates", {"pending": 0, "security": 0, "lists_age_days": 15}, Verdict.UNKNOWN),
    ("updates", {"pending": 0, "security": 0, "lists_age_days": 0, "restart_needed": True}, Verdict.FAIL),
    ("auto_updates", {"enabled": False}, Verdict.FAIL),
    ("disk_encryption", {"encrypted": False}, Verdict.FAIL),
    (
        "disk_encryption",
        {"encrypted": True, "volumes": [{"mount": "/", "encrypted": True}, {"mount": "/home", "encrypted": False}]},
        Verdict.FAIL,
    ),
    ("screen_lock", {"enabled": False}, Verdict.FAIL),
    ("screen_lock", {"enabled": True, "after_s": 901}, Verdict.FAIL),
    ("screen_lock", {"enabled": True, "after_s": 900}, Verdict.PASS),
    ("screen_lock", {"enabled": True, "after_s": None}, Verdict.UNKNOWN),
    ("firewall", {"enabled": False}, Verdict.FAIL),
    ("anti_malware", {"running": False}, Verdict.FAIL),
    ("anti_malware", {"running": True, "real_time": False, "signatures_age_days": 0}, Verdict.FAIL),
    ("anti_malware", {"running": True, "signatures_age_days": None}, Verdict.UNKNOWN),
    ("anti_malware", {"running": True, "signatures_age_days": 8}, Verdict.FAIL),
    ("edr", {"running": False}, Verdict.FAIL),
    ("edr", {"running": True, "products": ["wazuh"]}, Verdict.PASS),
    ("secure_boot", {"enabled": False}, Verdict.FAIL),
    ("administrators", {"count": 3}, Verdict.FAIL),
    ("threats", {"active": [{"name": "Eicar", "at": 1}]}, Verdict.FAIL),
    ("management", {"compliant": False, "says": "noncompliant"}, Verdict.FAIL),
    ("management", {"compliant": True}, Verdict.PASS),
)


def of(check: str) -> Requirement:
    return BASELINE.get(check, Requirement(Severity.WARN))


@pytest.mark.parametrize("check", [one for one in CHECKS if one not in {"edr", "management"}])
def test_what_is_in_order_passes(check: str) -> None:
    assert found(check, checks()[check], of(check), NOW).verdict is Verdict.PASS


@pytest.mark.parametrize(("check", "told", "verdict"), BAD)
def test_what_is_not_does_not(check: str, told: dict[str, Any], verdict: Verdict) -> None:
    what = found(check, checks({check: told})[check], of(check), NOW)
    assert what.verdict is verdict
    assert what.sentence.format(**what.figures)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("reason", Reason)
def test_what_could_not_be_found_out_is_unknown(check: str, reason: Reason) -> None:
    assert found(check, checks({check: reason})[check], of(check), NOW).verdict is Verdict.UNKNOWN
    assert found(check, None, of(check), NOW).verdict is Verdict.UNKNOWN


def test_what_does_not_apply_is_neither_good_nor_bad() -> None:
    check = Check("screen_lock", CheckState.NOT_APPLICABLE, NOW)
    assert found("screen_lock", check, of("screen_lock"), NOW).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("security", [1, 2])
@pytest.mark.parametrize("oldest", [1, 20])
def test_one_is_said_as_one(security: int, oldest: int) -> None:
    told = {"pending": 2, "security": security, "oldest_days": oldest, "lists_age_days": 0}
    requirement = replace(of("updates"), within_days=0)
    said = found("updates", checks({"updates": told})["updates"], requirement, NOW)
    assert ("{security}" in said.sentence, "{days}" in said.sentence) == (security > 1, oldest > 1)
