"""What other rules would have done about what was noted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.data.data_yaml import a_rule, rules_of

from limen.clock import DAY, SetClock
from limen.data.documents import WhyNot
from limen.data.rules.content import Content
from limen.data.rules.model import Channel, Passing, Step
from limen.data.rules.replay import content_of, judged_again, passing_of, would_have
from limen.data.rules.stated import NO_RULES
from limen.events import Event
from limen.facts import Label, Person
from limen.pillar import Past
from limen.pillars import pillars
from limen.storage.journal import Journal

NOW = 1_800_000_000_000
ANN = Person("p1", "Ann", "ann@harbor.example", frozenset({"finance"}), active=True)
BOB = Person("p2", "Bob", "bob@harbor.example", frozenset({"staff"}), active=True)
WATCHED = rules_of("rules:\n" + a_rule("{finds: [iban]}", "watch", id_="accounts"))
BLOCKED = rules_of("rules:\n" + a_rule("{finds: [iban], at_least: 2}", "block", "people: [finance]", "accounts"))


def _event(person: str = "p1", channel: str = "upload", found: str = "iban=2,2,2", at: int = NOW, **more: str) -> Event:
    return Event(at=at, kind="data.found", actor=person, details={"channel": channel, "found": found, **more})


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    pillars()
    opened = Journal.open(tmp_path / "journal", (b"k" * 32,), clock=SetClock(NOW))
    yield opened
    opened.close()


def _past(journal: Journal, *events: Event) -> Past:
    for one in events:
        journal.record(one)
    journal.flush()
    people = {one.id: one for one in (ANN, BOB)}
    return Past(journal.reader.root, Path("nowhere"), NOW - 30 * DAY, NOW, people=people)


def test_it_counts_what_would_have_been_stopped_and_names_the_newest(journal: Journal) -> None:
    past = _past(
        journal,
        _event(at=NOW - 2),
        _event(at=NOW - 1),
        _event("p2"),
        _event(found="iban=1,1,1"),
        _event(channel="mail", outside="b.example"),
        _event("", "web"),
        Event(at=NOW, kind="disk.low", details={"channel": "upload"}),
    )
    found = list(would_have(WATCHED, BLOCKED, past))
    numbers = [one.said.split()[0] for one in found]
    assert numbers == ["1", "2", "1", "2"]
    uploads = next(one for one in found if one.said.startswith("2 uploads of 1 person"))
    assert [(at, who) for at, who, _ in uploads.newest] == [(NOW - 1, "Ann"), (NOW - 2, "Ann")]
    assert all(event for _, _, event in uploads.newest)


def test_rules_that_say_the_same_change_nothing_and_say_so(journal: Journal) -> None:
    past = _past(journal, _event(found="iban=1,1,1"))
    assert list(would_have(WATCHED, WATCHED, past)) == []
    other = rules_of("rules:\n" + a_rule("{finds: [iban]}", "watch", id_="other"))
    (found,) = would_have(WATCHED, other, past)
    assert found.newest == ()


def test_what_is_newly_looked_for_is_not_known_of_the_past(journal: Journal) -> None:
    more = rules_of(
        "dictionaries: {names: {name: N, words: [Nordlicht]}}\nrules:\n" + a_rule("{finds: [names]}", "block")
    )
    assert len(list(would_have(NO_RULES, more, _past(journal)))) == 2


def test_it_ends_when_its_time_is_over(journal: Journal) -> None:
    past = replace(_past(journal, *[_event()] * 3), seconds=-1.0)
    assert len(list(would_have(WATCHED, BLOCKED, past))) == 2


def test_an_event_tells_what_passed() -> None:
    event = _event(
        "p1", "mail", "iban=3,2,1", app="mail", outside="a.example b.example", healthy="no", said="internal",
        unread="encrypted failed", **{"from": "restricted"},
    )  # fmt: skip
    assert passing_of(event) == Passing(
        Channel.MAIL,
        "p1",
        "mail",
        "",
        frozenset({"a.example", "b.example"}),
        Label.RESTRICTED,
        has_healthy_device=False,
    )
    assert content_of(event) == Content(
        {"iban": (3, 2, 1)}, Label.INTERNAL, frozenset({WhyNot.ENCRYPTED, WhyNot.FAILED})
    )


def test_it_is_judged_by_who_somebody_is_today_and_what_can_t_be_read_is_left_out() -> None:
    assert (judged := judged_again(BLOCKED, _event(), ANN)) is not None
    assert judged.step is Step.BLOCK
    assert (judged := judged_again(BLOCKED, _event("p2"), BOB)) is not None
    assert judged.step is Step.ALLOW
    assert judged_again(BLOCKED, _event(channel="fax"), ANN) is None
    assert judged_again(BLOCKED, _event(found="iban"), ANN) is None
    assert judged_again(BLOCKED, Event(at=1, kind="data.found"), ANN) is None
    assert judged_again(BLOCKED, _event(lowered="restricted"), ANN) is None
    assert judged_again(BLOCKED, _event(lowered="restricted nothing -"), ANN) is None


def test_a_label_that_was_lowered_with_a_reason_counts_as_it_did() -> None:
    text = "labels: {restricted: {when: [{finds: [iban]}]}}\nrules:\n" + a_rule("{label: restricted}", "block")
    rules = rules_of(text)
    assert (judged := judged_again(rules, _event(), ANN)) is not None
    assert judged.step is Step.BLOCK
    for lowered, step in (("restricted internal -", Step.ALLOW), ("restricted internal restricted", Step.BLOCK)):
        assert (judged := judged_again(rules, _event(said="restricted", lowered=lowered), ANN)) is not None
        assert judged.step is step
