"""Reports of a whole Limen: with the journal's figures and heads, held against its journal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.web.conftest import House, move_in

from limen.roadmap.catalogue import CONTROLS
from limen.roadmap.looking import RoadmapJob
from limen.roadmap.report.anchor import Anchored, Held, anchored
from limen.roadmap.report.making import heads_of, make, measured_on, reported_on, say_made
from limen.roadmap.report.model import Report
from limen.roadmap.report.stated import stated
from limen.roadmap.report.writing import Written, written
from limen.storage.journal import Reader, verify
from limen.storage.journal.heads import NotedHead, note_head


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


def made(harbor: House) -> Report:
    return make(RoadmapJob(harbor.limen.core).sources(harbor.clock.now()))


async def held(harbor: House, report: Report, one: Written) -> Anchored:
    await harbor.limen.journal.settled()
    harbor.limen.journal.flush()
    reader, settings = harbor.limen.core.journal.reader, harbor.limen.settings
    reports = reported_on(reader, settings, report.day)
    return anchored(stated(one.content), one.content, measured_on(reader, settings, report.day), reports)


async def test_a_report_stands_by_the_journal_and_a_forged_one_does_not(harbor: House) -> None:
    await harbor.administrator(harbor.browser())
    limen = harbor.limen
    RoadmapJob(limen.core).look()
    await limen.journal.settled()
    limen.journal.flush()
    report = made(harbor)
    assert [one.id for one in report.lines] == [one.id for one in CONTROLS]
    assert [one.journaled for one in report.lines] == [one.figure for one in report.lines]
    assert report.revision
    one = written(report, "csv", limen.core.keyring)
    assert b"Ada" not in one.content
    limen.database.write(lambda t: say_made(t, report, one, harbor.clock.now()))
    found = await held(harbor, report, one)
    assert (found.held, found.is_known, len(found.confirmed)) == (Held.CONFIRMED, True, len(CONTROLS))

    pages = tuple(
        replace(page, lines=tuple(replace(line, figure="99/99 measured") for line in page.lines))
        for page in report.pages
    )
    forged = written(replace(report, pages=pages), "csv", limen.core.keyring)
    found = await held(harbor, report, forged)
    assert (found.held, found.is_known, len(found.contradicted)) == (Held.CONTRADICTED, False, len(CONTROLS))


async def test_figures_of_other_days_count_for_nothing(harbor: House) -> None:
    RoadmapJob(harbor.limen.core).look()
    await harbor.limen.journal.settled()
    harbor.limen.journal.flush()
    day = made(harbor).day
    reader, settings = harbor.limen.core.journal.reader, harbor.limen.settings
    assert measured_on(reader, settings, day)
    assert not measured_on(reader, settings, day - timedelta(days=1))
    assert not measured_on(reader, settings, day + timedelta(days=1))


async def test_the_journal_s_heads_are_lines_that_verify_takes(harbor: House, tmp_path: Path) -> None:
    await harbor.administrator(harbor.browser())
    await harbor.limen.journal.settled()
    harbor.limen.journal.flush()
    root = harbor.limen.core.journal.reader.root
    folders = [one for one in root.iterdir() if (one / "checkpoint.json").exists()]
    for folder in folders:
        raw = (folder / "checkpoint.json").read_bytes()
        harbor.limen.database.write(lambda t, folder=folder, raw=raw: note_head(t, folder.name, raw))  # type: ignore[misc]
    heads = made(harbor).heads
    assert {one.writer for one in heads} == {one.name for one in folders}
    lines = [one.checkpoint.encode() for one in heads]
    keys = harbor.limen.core.keyring.journal_keys
    assert verify(root, keys, lines).ok
    assert not verify(Reader(tmp_path / "empty").root, keys, lines).ok


def test_heads_that_were_lost_or_changed_are_left_out() -> None:
    assert heads_of([NotedHead("a", 0, b"no checkpoint")]) == ()
