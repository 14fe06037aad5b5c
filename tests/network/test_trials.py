"""`trial:` of network.yaml: pairs of zones between which nothing is cut before a day."""

from __future__ import annotations

from datetime import date

import pytest
from tests.network.written import LINES, ZONES, flow, lines, read_text, stated

from limen.network.file_changes import changes, touches
from limen.network.model import Trial, Way
from limen.network.notes import notes

LOOK = "trial:\n  - {id: look, from: office, to: [servers, internet], until: 2027-01-15, why: we look first}\n"


def trials(*written: str) -> str:
    return ZONES + "trial:\n" + "".join(f"  - {{{one}}}\n" for one in written)


def test_a_trial_is_of_every_service_between_its_zones() -> None:
    network = stated(ZONES + LOOK).network
    way = Way(("office",), ("servers", "internet"), ("any",))
    assert network.trials == (Trial("look", way, "we look first", "2027-01-15"),)
    assert network.trials[0].pairs == (("office", "servers"), ("office", "internet"))
    assert network.without_trials == stated(ZONES).network


@pytest.mark.parametrize(
    "wrong",
    [
        "id: a, from: office, to: servers, why: x",
        "id: a, from: office, to: servers, until: 2027-13-01, why: x",
        "id: a, from: office, to: files, until: 2027-01-15, why: x",
        "id: a, from: inside, to: servers, until: 2027-01-15, why: x",
        "id: a, from: office, to: everything, until: 2027-01-15, why: x",
        "id: a, from: internet, to: servers, until: 2027-01-15, why: x",
        "id: a, from: offices, to: servers, until: 2027-01-15, why: x",
        "id: a, from: office, to: servers, service: ssh, until: 2027-01-15, why: x",
        "id: guests-inside, from: office, to: servers, until: 2027-01-15, why: x",
    ],
)
def test_anything_else_is_refused_at_its_line(wrong: str) -> None:
    assert set(lines(trials(wrong))) == {LINES + 2}


def test_a_pair_is_on_trial_once() -> None:
    one = "from: office, to: servers, until: 2027-01-15, why: x"
    assert lines(trials(f"id: a, {one}", f"id: b, {one}")) == [LINES + 3]


def test_what_only_a_trial_makes_possible_is_not_wrong_and_what_a_flow_does_is() -> None:
    look = "trial:\n  - {id: look, from: printers, to: backup, until: 2027-01-15, why: we look first}\n"
    assert read_text(ZONES + look)[1] == []
    bad = flow("bad", "printers", "backup", "ssh")
    assert set(lines(ZONES + look + "flows:\n" + bad)) == {LINES + 4}


def test_its_change_is_told_with_what_becomes_reachable() -> None:
    before, after = stated(ZONES), stated(ZONES + LOOK)
    assert [("look" in line, "2027-01-15" in line) for line in changes(before, after)] == [(True, True)]
    assert len(list(touches(before, after, ()))) >= 2


@pytest.mark.parametrize(("today", "is_told"), [("2026-12-01", False), ("2027-01-10", True), ("2027-01-15", True)])
def test_its_end_is_told_two_weeks_before(today: str, is_told: bool) -> None:
    found = [what for what, _ in notes(stated(ZONES + LOOK), date.fromisoformat(today)) if "look" in what]
    assert bool(found) is is_told
