"""What past decisions tell: how strongly people had proved who they are, and what was known of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.storage.journal.decisions import a_permit, facts_about

from limen.clock import DAY, SetClock
from limen.facts import Facts
from limen.facts.nouns import Auth, Device, Place, Risk
from limen.roadmap.counted.reading import counted
from limen.roadmap.counted.shelf import Shelf
from limen.roadmap.identity.decided import Decided
from limen.storage.journal import Journal
from limen.storage.journal.reader import Reader

KEYS = (b"journal key of these tests......",)
NOW = 1_800_000_000_000


def facts(strength: int, *, is_known: bool = True, by_token: bool = False) -> Facts:
    return replace(
        facts_about("p_ada"),
        auth=replace(Auth(strength, frozenset(), NOW), by_token=by_token),
        device=Device("d1", is_known, "compliant", True, 2, "macos", NOW),
        place=Place("192.0.2.7", True, "DE", "office", False),
        risk=Risk(1, True, NOW),
    )


def keep(root: Path, *several: tuple[Facts, int]) -> None:
    clock = SetClock(NOW - 40 * DAY)
    journal = Journal.open(root, KEYS, clock=clock)
    for one, days_ago in sorted(several, key=lambda pair: -pair[1]):
        clock.forward(NOW - days_ago * DAY - clock.now())
        journal.decided("gateway", a_permit(one, clock.now()), "", "", 1.0)
        journal.flush()
    journal.close()


def read(root: Path, now: int = NOW) -> Decided:
    found = counted(Reader(root), now, Shelf())
    return Decided(found.permits, found.unknown)


def test_permits_are_counted_by_app_and_strength_and_unknown_things_of_the_last_week(tmp_path: Path) -> None:
    keep(tmp_path, (facts(3), 1), (facts(2, is_known=False), 2), (facts(1), 20), (facts(0), 35))
    found = read(tmp_path)
    assert found.is_whole
    assert dict(found.permits) == {("payroll", 3): 1, ("payroll", 2): 1, ("payroll", 1): 1}
    assert dict(found.known) == {("payroll", ()): 1, ("payroll", ("device",)): 1}


def test_programs_with_tokens_are_left_out(tmp_path: Path) -> None:
    keep(tmp_path, (facts(0, by_token=True), 1))
    assert read(tmp_path) == Decided()
