from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.storage.journal.decisions import VIEW, a_permit, facts_about

from limen.clock import HOUR, SetClock
from limen.facts import App, Device, Facts, Grant, Place, Session
from limen.facts.facts_json import facts_from_json
from limen.facts.nouns import Auth, Factor, Risk
from limen.policy.decision import Reason
from limen.storage.journal import Journal, past_decisions as module
from limen.storage.journal.past_decisions import WrittenFacts, past_decisions, sharing
from limen.storage.journal.reader import Reader

KEYS = (b"journal key of these tests......",)
NOW = 1_800_000_000_000


def all_of(root: Path, since: int = 0, *, with_facts: bool = True) -> list[module.PastDecision]:
    return list(past_decisions(Reader(root), since, with_facts=with_facts))


def read(facts: WrittenFacts | None, device_seen_at: int = 0) -> Facts:
    assert facts is not None
    return facts_from_json(
        {name: msgspec.json.decode(raw) for name, raw in msgspec.structs.asdict(facts).items()}, device_seen_at
    )


def person_of(one: module.PastDecision) -> str:
    return read(one.facts).person.id


def test_a_decision_comes_back_with_its_request_its_facts_and_its_count(tmp_path: Path) -> None:
    facts = replace(
        facts_about("p1"),
        auth=Auth(3, frozenset({Factor.PASSKEY, Factor.CODE}), NOW),
        session=Session("s1", "p1", Auth(), NOW, NOW + 9, 7, app="payroll", device_id="d1"),
        device=Device("d1", True, "compliant", True, 2, "macos", NOW),
        place=Place("192.0.2.7", True, "DE", "office", False),
        risk=Risk(12, True, NOW),
        grants=(Grant("g1", "payroll", frozenset({"view"}), NOW + 9, "why", "p2"),),
        more=(("device.encrypted", True), ("device.installed", ("disk", "firewall"))),
    )
    journal = Journal.open(tmp_path, KEYS, clock=SetClock(NOW))
    decision = replace(a_permit(facts, NOW), watched=(Reason("w", "forbid"),))
    ids = [journal.decided("gateway", decision, "s1", "192.0.2.7", 3.0) for _ in range(4)]
    journal.close()
    (one,) = all_of(tmp_path)
    assert ids[0] == f"{one.id}-1"
    assert (one.count, one.actor, one.effect, one.revision, one.app, one.now) == (
        4,
        "p1",
        "permit",
        "r1",
        "payroll",
        NOW,
    )
    assert (one.reasons, one.watched, one.request) == (("staff-view",), ("w",), VIEW)
    assert one.device_seen_at == NOW
    assert read(one.facts, one.device_seen_at) == replace(facts, person=replace(facts.person, name="", email=""))
    assert all_of(tmp_path, with_facts=False)[0].facts is None


@pytest.mark.slow
def test_only_what_is_not_too_old_is_read_and_segments_that_are_over_not_at_all(tmp_path: Path) -> None:
    clock = SetClock(NOW)
    journal = Journal.open(tmp_path, KEYS, clock=clock)
    for number in range(4):
        journal.decided("gateway", a_permit(facts_about(f"p{number}"), clock.now()), "", "", 1.0)
        journal.flush()
        clock.forward(2 * HOUR)
    journal.close()
    since = NOW + 3 * HOUR
    assert [one.actor for one in all_of(tmp_path, since)] == ["p2", "p3"]
    assert 0 < len(Reader(tmp_path).spans(since)) < len(Reader(tmp_path).segments())


def test_progress_reaches_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BYTES", 10_000)
    journal = Journal.open(tmp_path, KEYS, clock=SetClock(NOW))
    for number in range(200):
        journal.decided("gateway", a_permit(facts_about(f"p{number}"), NOW + number), "", "", 1.0)
    journal.close()
    heard: list[float] = []
    found = list(past_decisions(Reader(tmp_path), 0, heard.append))
    assert [person_of(one) for one in found] == [f"p{number}" for number in range(200)]
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    assert len(heard) > 10


def test_what_is_written_alike_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[App] = []
    app = msgspec.Raw(msgspec.json.encode(facts_about("p1").app))

    def make(one: App) -> App:
        made.append(one)
        return one

    read = sharing(App, make)
    assert read(app) is read(msgspec.Raw(bytes(app)))
    assert made == [facts_about("p1").app]
    monkeypatch.setattr(module, "NOUNS_KEPT", 1)
    other = msgspec.Raw(bytes(app).replace(b"payroll", b"wiki"))
    assert [read(other).id, read(app).id] == ["wiki", "payroll"]
    assert len(made) == 3
    with pytest.raises(msgspec.DecodeError):
        read(msgspec.Raw(b'{"id":1}'))


def test_facts_that_come_back_are_found_again(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, KEYS, clock=SetClock(NOW))
    for number in range(40):
        journal.decided("gateway", a_permit(facts_about(f"p{number % 10}"), NOW + number), f"s{number}", "", 1.0)
    journal.close()
    found = all_of(tmp_path)
    assert len(found) == 40
    assert [person_of(one) for one in found] == [one.actor for one in found]


def test_what_was_tampered_with_or_erased_is_passed_over(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, KEYS, clock=SetClock(NOW))
    for number in range(3):
        journal.decided("gateway", a_permit(facts_about(f"p{number}"), NOW + number), "", "", 1.0)
    journal.close()
    (segment,) = tmp_path.glob("*/*.jsonl")
    lines = segment.read_bytes().splitlines(keepends=True)
    event = next(n for n, line in enumerate(lines) if b'"uid":"p0"' in line and b"class_uid" in line)
    facts = next(n for n, line in enumerate(lines) if b'"facts":"' in line and b'"id":"p1"' in line)
    lines[event] = lines[event].split(b'"b":')[0] + b'"b":null}\n'
    lines[facts] = b"{not JSON\n"
    segment.write_bytes(b"".join([*lines, b'{"half a li']))
    found = all_of(tmp_path)
    assert [(one.actor, one.facts is None) for one in found] == [("p1", True), ("p2", False)]


def test_a_journal_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert all_of(tmp_path / "none") == []
