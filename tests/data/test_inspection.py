"""Looking into what passes: bodies in pieces, files, and what is kept meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import IO

import pytest
from tests.data.extraction import made
from tests.data.labels import made as labelled

from limen.data.documents import Inspected, WhyNot
from limen.data.extraction.inspecting import MOST_HERE
from limen.data.extraction.pool import Pool
from limen.data.inspection import MOST_AT_ONCE, Inspection
from limen.data.labels import carriers
from limen.data.labels.model import DocumentLabel
from limen.data.model import Found
from limen.data.scanning.text_scanner import TextStream
from limen.facts import Label


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(made.scanner(), workers=1)
    yield pool
    pool.close()


@pytest.fixture(scope="module")
def inspection(pool: Pool) -> Inspection:
    return Inspection(made.scanner(), pool)


async def _pieces(data: bytes, length: int) -> AsyncIterator[bytes]:
    for at in range(0, len(data), length):
        await asyncio.sleep(0)
        yield data[at : at + length]


def _inspected(inspection: Inspection, body: AsyncIterator[bytes] | bytes, name: str = "") -> Inspected:
    return asyncio.run(inspection.inspect(body, name))


def test_a_body_in_pieces_is_the_same_as_whole(inspection: Inspection) -> None:
    for data in (made.SEEN.encode(), made.word(), made.SEEN.encode() + b"\ntext" * 40_000):
        whole = _inspected(inspection, data, "a")
        assert whole == _inspected(inspection, _pieces(data, 1_000), "a") == made.inspected(data, "a")
    assert _inspected(inspection, b"").kind == "empty"


def test_little_text_starts_no_process() -> None:
    idle = Pool(made.scanner())
    assert made.finds(_inspected(Inspection(made.scanner(), idle), made.SEEN.encode())) == {("card", "line 1")}
    assert not idle.pids
    idle.close()


class _Watched:
    """A scanner that notes in which thread it is asked."""

    def __init__(self) -> None:
        self.scanner, self.threads = made.scanner(), list[int]()

    def text(self, text: bytes) -> Found:
        self.threads.append(threading.get_ident())
        return self.scanner.text(text)

    def stream(self) -> TextStream:
        return self.scanner.stream()


async def test_the_loop_is_held_by_very_little_text_alone(pool: Pool) -> None:
    watched = _Watched()
    inspection = Inspection(watched, pool)
    for length, is_here in ((MOST_AT_ONCE, True), (MOST_AT_ONCE + 1, False), (MOST_HERE, False)):
        watched.threads.clear()
        assert (await inspection.inspect(made.SEEN.encode().ljust(length))).kind == "text"
        assert (set(watched.threads) == {threading.get_ident()}) == is_here


def test_files_are_read_as_bodies_are(inspection: Inspection, tmp_path: Path) -> None:
    for number, data in enumerate((made.SEEN.encode(), made.word(), made.SEEN.encode() * 9_000)):
        path = tmp_path / f"{number}"
        path.write_bytes(data)
        assert inspection.inspect_file(path) == made.inspected(data, path.name)
    with pytest.raises(OSError, match="No such file"):
        inspection.inspect_file(tmp_path / "gone")


def test_of_a_longer_body_the_start_is_read_and_the_rest_is_said(pool: Pool) -> None:
    cut = Inspection(made.scanner(), pool, most_bytes=100_000)
    inspected = _inspected(cut, _pieces(made.SEEN.encode() + b"\ntext" * 40_000, 30_000))
    assert (made.finds(inspected), inspected.why_not) == ({("card", "line 1")}, {WhyNot.TOO_LARGE})


def test_what_is_kept_of_all_bodies_is_bounded_and_given_back(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    inspection = Inspection(made.scanner(), pool)
    monkeypatch.setattr("limen.data.inspection.MOST_KEPT_BYTES", 150_000)
    body = b"text\n" * 20_000
    assert _inspected(inspection, body).why_not == set()
    assert _inspected(inspection, body * 2).why_not == {WhyNot.TOO_LARGE}
    assert _inspected(inspection, body).why_not == set()


async def test_a_document_that_comes_again_is_looked_into_twice_at_most(pool: Pool) -> None:
    inspection, asked, document = Inspection(made.scanner(), pool), list[int](), made.word()
    whole = pool.inspect

    def counted(file: IO[bytes], length: int, *about: str) -> Future[Inspected]:
        asked.append(length)
        return whole(file, length, *about)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pool, "inspect", counted)
        found = [await inspection.inspect(_pieces(document, 1_000), "a.docx", "p1", "app wiki") for _ in range(4)]
        assert len(asked) == 2
        assert found == [made.inspected(document, "a.docx")] * 4
        await inspection.inspect(document, "a.docx", "p1", "app other")
        await inspection.inspect(document, "a.docx", "p1")
        assert len(asked) == 4
    assert inspection._kept_bytes.total() == 0


async def test_nobody_takes_the_room_of_others(pool: Pool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    inspection = Inspection(made.scanner(), pool, folder=tmp_path)
    monkeypatch.setattr("limen.data.inspection.MOST_KEPT_BYTES", 800_000)
    goes_on = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b"text\n" * 36_000
        await goes_on.wait()
        yield b"text\n" * 36_000

    slow = asyncio.ensure_future(inspection.inspect(slowly(), owner="ann"))
    await asyncio.sleep(0.05)
    body = b"text\n" * 30_000
    assert (await inspection.inspect(body, owner="ann")).why_not == {WhyNot.TOO_LARGE}
    assert (await inspection.inspect(body, owner="bob")).why_not == set()
    goes_on.set()
    assert (await slow).why_not == {WhyNot.TOO_LARGE}
    assert (await inspection.inspect(body, owner="ann")).why_not == set()


def test_many_at_once_and_one_that_is_given_up(inspection: Inspection) -> None:
    async def all_of_them() -> list[Inspected]:
        given_up = asyncio.ensure_future(inspection.inspect(made.word()))
        await asyncio.sleep(0)
        given_up.cancel()
        return await asyncio.gather(*(inspection.inspect(make()) for make in made.DOCUMENTS.values()))

    assert [one.kind for one in asyncio.run(all_of_them())] == list(made.DOCUMENTS)


def test_a_label_comes_through_the_process(inspection: Inspection) -> None:
    document = carriers.write(labelled.pdf(), DocumentLabel(Label.RESTRICTED, 1), labelled.MARKS)
    for data in (document, made.zipped({"a.pdf": document})):
        inspected = _inspected(inspection, data)
        claim = labelled.MARKS.claim_of_all(inspected.carried, inspected.inside, {})
        assert claim is not None
        assert claim.label is inspected.label is Label.RESTRICTED
