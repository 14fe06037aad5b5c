"""What entry points ask about something that passes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from tests.data.data_yaml import a_rule, rules_of
from tests.data.labels.made import MICROSOFT_ID

from limen.clock import SetClock
from limen.data import protection as module
from limen.data.data_file import DATA_FILE
from limen.data.documents import Inspected, WhyNot
from limen.data.labels.marks import Marks
from limen.data.labels.model import Carried, DocumentLabel
from limen.data.lists.store import KeptList
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


async def test_a_document_has_one_digest_however_it_comes() -> None:
    protection, _said, _core = _protection()
    whole = await protection.inspect(ACCOUNT)
    assert (await protection.inspect(_pieces(*(bytes((one,)) for one in ACCOUNT)))).digest == whole.digest
    assert len(whole.digest) == 16
    assert (await protection.inspect(ACCOUNT + b" ")).digest != whole.digest


async def test_what_can_t_be_looked_into_says_why(monkeypatch: Any) -> None:
    protection, _said, _core = _protection()
    assert (await protection.inspect(b"PK\0\0")).why_not == {WhyNot.UNKNOWN_KIND}
    monkeypatch.setattr(module, "LARGEST", 40)
    inspected = await protection.inspect(_pieces(ACCOUNT, b" " * 100))
    assert inspected.why_not == {WhyNot.TOO_LARGE}
    assert inspected.found.unique() == {"iban": 1}


async def test_a_new_revision_is_looked_for_at_once_and_compiled_once() -> None:
    protection, _said, core = _protection()
    first = await protection.ready()
    assert await protection.ready() is first
    DATA_FILE.in_force(core.known, rules_of("dictionaries: {n: {name: N, words: [Nordlicht]}}\n" + RULES))
    second, again = await asyncio.gather(protection.ready(), protection.ready())
    assert second is again is not first
    assert (await protection.inspect(b"Nordlicht")).found.unique() == {"n": 1}


async def test_without_rules_nothing_is_made_ready() -> None:
    protection, _said, _core = _protection("")
    await protection.look_again()
    assert protection._scanner is None
    assert not protection.asks(UPLOAD)


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


async def test_a_list_that_can_t_be_read_leaves_nothing_looked_into() -> None:
    protection, _said, _core = _protection("exact: {c: {name: C, fields: [a], needs: 1}}\n" + RULES)
    protection._lists = (KeptList("c", "exact", 1, b"\xff", b"", 1),)
    protection._core.keyring.open_sealed = lambda *_place: bytes(32)  # type: ignore[method-assign]
    assert (await protection.inspect(ACCOUNT)).why_not == {WhyNot.FAILED}


async def test_a_label_counts_below_the_content_where_it_is_proven_to_be_lowered() -> None:
    text = "labels: {restricted: {when: [{finds: [iban]}]}}\nrules:\n" + a_rule("{label: confidential}")
    protection, _said, _core = _protection(text)
    inspected = await protection.inspect(ACCOUNT)
    assert (judged := protection.judge(UPLOAD, inspected)).in_force is Label.RESTRICTED
    assert judged.rules
    lowered = DocumentLabel(Label.INTERNAL, 1_795_510_800_000, "p1", Label.RESTRICTED)
    for key, in_force in ((bytes(32), Label.INTERNAL), (b"k" * 32, Label.RESTRICTED)):
        carried = Carried(("internal",), (Marks((key,)).made(lowered, bytes(32)),), bytes(32))
        judged = protection.judge(UPLOAD, replace(inspected, carried=carried, label=Label.INTERNAL))
        assert (judged.in_force, bool(judged.rules)) == (in_force, in_force is Label.RESTRICTED)


async def test_a_label_of_microsoft_raises_what_the_company_says_it_means() -> None:
    labels = f"labels: {{confidential: {{microsoft: [{MICROSOFT_ID.upper()}]}}}}\n"
    text = labels + "rules:\n" + a_rule("{label: confidential}")
    protection, _said, _core = _protection(text)
    inspected = Inspected("docx", carried=Carried(microsoft=frozenset({MICROSOFT_ID})))
    assert protection.judge(UPLOAD, inspected).in_force is Label.CONFIDENTIAL
    assert protection.judge(UPLOAD, replace(inspected, carried=Carried())).in_force is None
