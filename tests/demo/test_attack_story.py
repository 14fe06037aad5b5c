"""The attack on Harbor, as `limen demo attack` tells it: what each row has to be answered with, by ids."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from limen.demo.attack_story import ROWS, tell_attack
from limen.demo.router import can_be_made
from limen.demo.story_row import NOT_HERE, Row
from limen.monitor.detections.own_rules import own_rules, shown_rules

FILES = {rule.id: rule.about.file for rule in shown_rules(own_rules())}
ENDED = Counter(["Ended sessions", "Asked for a passkey"])
WANTED = {
    "password-alone": ("challenge", ("nothing-permits",), ""),
    "spray": ("deny", (), "limen/password-spray.yml"),
    "password-and-code": ("deny", (), "limen/spray-then-success.yml"),
    "passkey-asked": ("challenge", ("medium-risk-asks-again",), ""),
    "passkey-used": ("permit", ("staff-work",), ""),
    "stolen-cookie": ("deny", (), "limen/copied-cookie.yml"),
    "malware": ("quarantine", (), "antivirus/malware-found.yml"),
    "quarantined": ("deny", ("session-revoked",), ""),
    "lateral-packet": ("deny", (), "network/guarded-zone-tried.yml"),
    "salaries": ("stopped", ("salaries-stay-in-payroll",), ""),
    "case-closed": ("closed", (), ""),
    "access-back": ("permit", ("engineering-git",), ""),
}
"""By row: the answer, the policies or data rules that it rests on, and the rule that raised an alert."""
DECIDED = {"password-alone", "passkey-asked", "passkey-used", "quarantined", "access-back"}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    """Told once for all tests here; what each row took is printed."""

    async def told(folder: Path) -> list[Row]:
        return [one async for one in tell_attack(folder)]

    found = asyncio.run(told(tmp_path_factory.mktemp("attacked")))
    for one in found:
        print(f"{one.id}: {one.answer} after {one.milliseconds:.0f} ms")
    print(f"all of it: {sum(one.milliseconds for one in found):.0f} ms")
    return {one.id: one for one in found}


@pytest.mark.slow
def test_each_row_is_answered_as_it_has_to_be(rows: dict[str, Row]) -> None:
    wanted = dict(WANTED)
    if can_be_made():
        wanted["lateral-packet"] = (NOT_HERE, (), "")
    assert list(rows) == list(wanted)
    assert len(rows) == ROWS
    assert {one.id: (one.answer, one.policies, FILES.get(one.alert, "")) for one in rows.values()} == wanted


@pytest.mark.slow
def test_what_happens_by_itself_is_said(rows: dict[str, Row]) -> None:
    for told in ("password-and-code", "stolen-cookie"):
        assert Counter(rows[told].response.split(", ")) == ENDED
    assert rows["malware"].response == "Put in quarantine"
    assert {one.id for one in rows.values() if one.response} == {"password-and-code", "stolen-cookie", "malware"}


@pytest.mark.slow
def test_each_row_says_why_and_each_refusal_what_helps(rows: dict[str, Row]) -> None:
    for one in rows.values():
        assert one.reason, one
        assert one.milliseconds > 0, one
        assert one.remedy or one.answer in {"permit", "closed"}, one
        assert not {"–", "&", "<"} & set(one.reason + one.remedy), one
    assert {one.id for one in rows.values() if one.decision} == DECIDED
