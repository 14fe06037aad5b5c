from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, strategies as st
from tests.devices.seen import checks
from tests.devices.software_agent import HEALTHY, check

from limen.devices.model import CheckState, Platform, Reason, Why, checks_to_json
from limen.devices.reading import checks_of, report_of
from limen.devices.wire import RefusedError

GOOD: dict[str, Any] = {
    "seq": 1,
    "prev": "",
    "boot": "b",
    "agent": "1.0.0",
    "why": "start",
    "name": "wren",
    "platform": "linux",
    "checks": [check(name, told, 1) for name, told in HEALTHY.items()],
}


def test_a_report_is_what_it_says() -> None:
    report = report_of(GOOD)
    assert (report.seq, report.prev, report.why, report.platform) == (1, b"", Why.START, Platform.LINUX)
    assert {name: one.observed for name, one in report.checks.items()} == {
        name: one.observed for name, one in checks().items()
    }


def test_a_check_that_is_not_known_is_left_out_and_one_that_could_not_be_made_is_unknown() -> None:
    report = report_of({**GOOD, "checks": [check("moon", {"full": True}, 1), check("edr", None, 1, "denied")]})
    assert {name: (one.state, one.reason) for name, one in report.checks.items()} == {
        "edr": (CheckState.UNKNOWN, Reason.DENIED)
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"seq": 0},
        {"seq": -1},
        {"seq": True},
        {"seq": 1.0},
        {"seq": 1 << 53},
        {"prev": "!"},
        {"prev": 7},
        {"boot": "b" * 65},
        {"why": "bored"},
        {"why": None},
        {"platform": "beos"},
        {"name": "a\nb"},
        {"name": "\u202etxt"},
        {"checks": {}},
        {"checks": [check("edr", {"running": True}, 1)] * 2},
        {"checks": [{"id": "edr", "state": "observed", "at": 1}]},
        {"checks": [{"id": "edr", "state": "unknown", "at": 1}]},
        {"checks": [{"id": "edr", "state": "unknown", "at": 1, "reason": "lazy"}]},
        {"checks": [{"id": "edr", "state": "pass", "at": 1}]},
        {"checks": [{**check("edr", {"running": True}, 1), "verdict": "pass"}]},
        {"checks": [{**check("edr", {"running": True}, 1), "evidence": "e" * 301}]},
        {"checks": [{**check("edr", {"running": True}, 1), "evidence": "\x1b[2J"}]},
        {"checks": [check("edr", {"running": True}, -1)]},
        {"checks": [check(f"check{number}", {"a": 1}, 1) for number in range(65)]},
        {"checks": ["edr"]},
    ],
)
def test_one_wrong_part_refuses_the_whole_report(changed: dict[str, Any]) -> None:
    with pytest.raises(RefusedError) as refused:
        report_of({**GOOD, **changed})
    assert (refused.value.status, refused.value.error) == (400, "malformed")


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=9)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=9), inner, max_size=3)),
    max_leaves=9,
)


@given(st.sampled_from(sorted(GOOD)), JSON)
def test_whatever_stands_in_a_claim_is_read_or_refused(name: str, value: Any) -> None:
    with suppress(RefusedError):
        report_of({**GOOD, name: value})


def test_checks_are_read_as_they_were_kept() -> None:
    kept = checks({"edr": Reason.NO_SESSION})
    assert checks_of(checks_to_json(kept)) == kept
