"""What entry points ask about something that passes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from tests.data.data_yaml import a_rule, rules_of

from limen.clock import SetClock
from limen.data.current_inspection import CurrentInspection
from limen.data.data_file import DATA_FILE
from limen.data.extraction.frames import Written
from limen.data.labels.marks import Marks
from limen.data.labels.model import DocumentLabel, NoLabelError
from limen.data.protection import DataProtection
from limen.data.rules.model import Channel, Passing, Step
from limen.events import Event
from limen.facts import FactStore, Label, Person

UPLOAD = Passing(Channel.UPLOAD, person="p1", app="wiki", name="list.csv")
ACCOUNT = b"IBAN DE89 3704 0044 0532 0130 00"
RULES = "rules:\n" + a_rule("{finds: [iban]}", "block", "people: [finance]")


def _protection(text: str = RULES) -> tuple[DataProtection, list[Event], Any]:
    said: list[Event] = []

    def record(event: Event) -> str:
        said.append(event)
        return "e1"

    core = SimpleNamespace(
        known=FactStore(),
        keyring=SimpleNamespace(key_for=lambda _purpose: bytes(32), keys_for=lambda _purpose: (bytes(32),)),
        clock=SetClock(1_795_510_800_000),
        journal=SimpleNamespace(record=record),
    )
    DATA_FILE.in_force(core.known, rules_of(text))
    core.known.people.put(Person("p1", "Ann", "ann@harbor.example", frozenset({"finance"}), active=True))
    core.known.people.put(Person("p2", "Bob", "bob@harbor.example", frozenset({"staff"}), active=True))
    return DataProtection(core), said, core  # type: ignore[arg-type]


async def _pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for one in pieces:
        yield one


async def test_something_found_is_judged_and_noted_without_its_value() -> None:
    protection, said, _core = _protection()
    assert protection.asks(UPLOAD)
    inspected = await protection.inspect(_pieces(ACCOUNT[:9], ACCOUNT[9:]), "list.csv")
    judged = protection.judge(UPLOAD, inspected)
    assert (judged.step, judged.rules) == (Step.BLOCK, ("r",))
    assert await protection.note(UPLOAD, inspected, judged, passed=False, why="blocked") == "e1"
    (event,) = said
    assert (event.kind, event.actor, event.reason) == ("data.found", "p1", "blocked")
    assert event.details["found"] == "iban=1,1,1"
    assert (event.details["step"], event.details["rules"], event.details["passed"]) == ("block", "r", False)
    assert "3704" not in repr(event)
    assert "list.csv" not in repr(event)


async def test_whom_no_rule_is_about_is_asked_nothing() -> None:
    protection, _said, _core = _protection()
    assert not protection.asks(Passing(Channel.UPLOAD, person="p2"))
    assert protection.asks(Passing(Channel.UPLOAD, person="nobody-known"))


async def test_only_rules_that_stop_something_stop_what_is_not_looked_into() -> None:
    protection, _said, _core = _protection()
    assert protection.stops(UPLOAD)
    assert not protection.stops(Passing(Channel.UPLOAD, person="p2"))
    watching, _said, _core = _protection("rules:\n" + a_rule("{finds: [iban]}", "watch"))
    assert watching.asks(UPLOAD)
    assert not watching.stops(UPLOAD)


async def test_a_document_has_one_digest_however_it_comes() -> None:
    protection, _said, _core = _protection()
    whole = await protection.inspect(ACCOUNT)
    assert (await protection.inspect(_pieces(*(bytes((one,)) for one in ACCOUNT)))).digest == whole.digest
    assert len(whole.digest) == 16
    assert (await protection.inspect(ACCOUNT + b" ")).digest != whole.digest


async def test_without_rules_nobody_is_asked() -> None:
    protection, _said, _core = _protection("")
    await protection.look_again()
    assert not protection.asks(UPLOAD)
    await protection.close()


async def test_a_value_that_is_allowed_is_judged_and_noted_as_if_it_were_not_there() -> None:
    protection, said, core = _protection()
    inspected = await protection.inspect(ACCOUNT)
    value = ("iban", inspected.found.findings[0].digest)
    protection._allowed._until = {("p1", value): core.clock.now() + 1}
    judged = protection.judge(UPLOAD, inspected)
    assert judged.step is Step.ALLOW
    await protection.note(UPLOAD, inspected, judged, passed=True)
    assert "found" not in said[0].details
    assert protection.judge(Passing(Channel.UPLOAD, person="nobody-known"), inspected).step is Step.BLOCK


@pytest.mark.parametrize("is_same", [True, False])
async def test_a_mark_is_made_here_of_what_was_written_there(monkeypatch: pytest.MonkeyPatch, *, is_same: bool) -> None:
    """Where that is another document the second time, whatever took over the process that writes it gets none."""
    protection, _said, _core = _protection()
    marks: list[str] = []

    async def written(_self: object, data: bytes, _word: str, mark: str, _owner: str = "") -> Written:
        marks.append(mark)
        return Written(data, bytes([1 if is_same else len(marks)]) * 32)

    monkeypatch.setattr(CurrentInspection, "with_label", written)
    said = DocumentLabel(Label.INTERNAL, 1, "p1")
    with nullcontext() if is_same else pytest.raises(NoLabelError):
        assert await protection.labelled(b"a", said) == b"a"
    assert marks[1] == Marks((bytes(32),)).made(said, bytes([1]) * 32) != marks[0]
