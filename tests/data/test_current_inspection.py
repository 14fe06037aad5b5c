"""Looks into documents by what is looked for now."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from tests.data.data_yaml import a_rule, rules_of
from tests.data.labels.made import pdf

from limen.data.current_inspection import CurrentInspection
from limen.data.data_file import DATA_FILE
from limen.data.labels.carriers import read
from limen.data.labels.model import WhyNoLabel
from limen.data.lists.store import KeptList
from limen.data.rules.content import content_of
from limen.data.scanning.scanner import MOST
from limen.facts import FactStore

ACCOUNT = b"IBAN DE89 3704 0044 0532 0130 00"
RULES = "rules:\n" + a_rule("{finds: [iban]}")
NAMES = "dictionaries: {n: {name: N, words: [Nordlicht]}}\n" + RULES


@pytest.fixture
async def at_work() -> AsyncIterator[tuple[CurrentInspection, Any]]:
    core = SimpleNamespace(known=FactStore(), keyring=SimpleNamespace(open_sealed=lambda *_place: bytes(32)))
    DATA_FILE.in_force(core.known, rules_of(RULES))
    current = CurrentInspection(core, bytes(32))  # type: ignore[arg-type]
    yield current, core
    await current.close()


async def _slowly(*pieces: bytes) -> AsyncIterator[bytes]:
    for one in pieces:
        await asyncio.sleep(0)
        yield one


def _zip(name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, content)
    return made.getvalue()


async def test_a_document_has_one_digest_however_it_comes(at_work: tuple[CurrentInspection, Any]) -> None:
    current, _core = at_work
    whole = await current.inspect(ACCOUNT)
    assert (await current.inspect(_slowly(*(bytes((one,)) for one in ACCOUNT)))).digest == whole.digest
    assert len(whole.digest) == 16
    assert (await current.inspect(ACCOUNT + b" ")).digest != whole.digest


async def test_what_is_in_an_archive_is_found_by_a_process_that_has_the_lists(
    at_work: tuple[CurrentInspection, Any],
) -> None:
    current, core = at_work
    DATA_FILE.in_force(core.known, rules_of(NAMES))
    inspected = await current.inspect(_zip("list.txt", ACCOUNT + b" Nordlicht"), "list.zip")
    assert inspected.found.unique() == {"iban": 1, "n": 1}
    assert all("list.txt" in one for one in inspected.where)
    assert len(inspected.digest) == 16


async def test_new_rules_count_at_once_and_are_made_once(at_work: tuple[CurrentInspection, Any]) -> None:
    current, core = at_work
    assert (await current.inspect(b"Nordlicht")).found.unique() == {}
    before = current._made
    DATA_FILE.in_force(core.known, rules_of(NAMES))
    both = await asyncio.gather(current.inspect(b"Nordlicht"), current.inspect(b"Nordlicht"))
    assert [one.found.unique() for one in both] == [{"n": 1}] * 2
    assert before is not None
    assert before.is_retired
    assert current._made is not before


async def test_what_is_known_of_a_document_ends_with_the_rules(at_work: tuple[CurrentInspection, Any]) -> None:
    current, core = at_work
    document = _zip("list.txt", ACCOUNT + b" Nordlicht")
    for _ in range(3):
        inspected = await current.inspect(document, "a.zip", "", "app wiki")
        assert (inspected.found.unique(), inspected.digest) == ({"iban": 1}, b"")
    DATA_FILE.in_force(core.known, rules_of(NAMES))
    assert (await current.inspect(document, "a.zip", "", "app wiki")).found.unique() == {"iban": 1, "n": 1}


async def test_whoever_is_looked_into_ends_by_what_it_began_with(at_work: tuple[CurrentInspection, Any]) -> None:
    current, core = at_work
    began, go_on = asyncio.Event(), asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield ACCOUNT
        began.set()
        await go_on.wait()
        yield b" Nordlicht"

    looking = asyncio.create_task(current.inspect(body()))
    await began.wait()
    before = current._made
    DATA_FILE.in_force(core.known, rules_of(NAMES))
    await current.look_again()
    assert before is not None
    assert (before.is_retired, before.uses) == (True, 1)
    go_on.set()
    assert (await looking).found.unique() == {"iban": 1}
    assert before.uses == 0


async def test_a_list_that_can_t_be_read_counts_as_found_and_all_else_is_looked_for(
    at_work: tuple[CurrentInspection, Any],
) -> None:
    current, core = at_work
    DATA_FILE.in_force(core.known, rules_of("exact: {c: {name: C, fields: [a], needs: 1}}\n" + RULES))
    current.take((KeptList("c", "exact", 1, b"\xff", b"", 1),))
    inspected = await current.inspect(ACCOUNT)
    assert inspected.why_not == set()
    assert content_of(inspected).counts == {"iban": (1, 1, 1), "c": (MOST, MOST, MOST)}


async def test_nothing_is_made_before_something_passes_or_kept_without_rules(
    at_work: tuple[CurrentInspection, Any],
) -> None:
    current, core = at_work
    await current.look_again()
    assert current._made is None
    await current.inspect(ACCOUNT)
    assert current._made is not None
    DATA_FILE.in_force(core.known, None)
    await current.look_again()
    assert current._made is None


async def test_labels_alone_keep_it_ready_and_without_any_it_ends(at_work: tuple[CurrentInspection, Any]) -> None:
    current, core = at_work
    DATA_FILE.in_force(core.known, rules_of("labels: {confidential: {when: [{finds: [iban]}]}}\n"))
    await current.inspect(ACCOUNT)
    made = current._made
    await current.look_again()
    assert current._made is made
    DATA_FILE.in_force(core.known, rules_of("labels: {confidential: {strength: 2}}\n"))
    await current.look_again()
    assert current._made is None


async def test_a_label_is_written_where_documents_are_looked_into(at_work: tuple[CurrentInspection, Any]) -> None:
    current, _core = at_work
    assert (await current.with_label(b"a,b", "internal", "")).why_not is WhyNoLabel.NO_ROOM
    assert read((await current.with_label(pdf(), "internal", "x")).data).words == ("internal",)
