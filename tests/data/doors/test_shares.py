"""What becomes of files of a share that is watched."""

from __future__ import annotations

import asyncio
import errno
import random
import time
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest
from tests.data.doors.patrolled import patrolled
from tests.data.doors.protecting import CARD, NO_CARD, OwnProtection

from limen.data.documents import WhyNot
from limen.data.doors import shares
from limen.data.doors.mass_renaming import MANY
from limen.data.doors.samba_audit import SambaAudit
from limen.data.labels.extended_attributes import CAN_HOLD
from limen.data.labels.files import Place, write_label
from limen.data.labels.marks import Marks
from limen.data.labels.model import DocumentLabel
from limen.data.rules.model import Channel, Step
from limen.facts import Label


async def test_what_may_not_lie_there_is_taken_and_a_note_says_so(tmp_path: Path) -> None:
    async with patrolled(tmp_path, OwnProtection(Step.QUARANTINE)) as share:
        (share.root / "in").mkdir()
        await asyncio.sleep(0.3)
        (share.root / "in" / "a.txt").write_bytes(CARD)
        (share.root / "in" / "b.txt").write_bytes(NO_CARD)
        await share.until(lambda: share.names == {"in/a.txt.limen.txt", "in/b.txt"})
        note = (share.root / "in" / "a.txt.limen.txt").read_text()
        for one in ("Payment card", "no-cards", "Ida, extension 7", ": e1\n"):
            assert note.count(one) == 2  # in English and in German
        assert "4111" not in note
        ((passing, judged, passed, _),) = share.protection.noted
        assert (passing.channel, passing.person, passing.app, passing.name) == (
            Channel.SHARE,
            "p_ann",
            "sales",
            "a.txt",
        )
        assert (judged.step, passed) == (Step.QUARANTINE, False)
        (kept,) = share.quarantine.all()
        assert note.count(kept.id) == 2
        assert (kept.share, kept.path, kept.event, kept.at) == ("sales", "in/a.txt", "e1", 1_000)
        await asyncio.sleep(0.5)
        assert share.patrol.counts["taken"] == 1  # the note itself is looked at by nobody


async def test_what_is_watched_stays_and_is_noted(tmp_path: Path) -> None:
    async with patrolled(tmp_path, OwnProtection(Step.WATCH)) as share:
        (share.root / "a.txt").write_bytes(CARD)
        await share.until(lambda: share.protection.noted)
        assert share.names == {"a.txt"}
        assert share.protection.noted[0][2] is True


async def test_changes_renames_and_whole_folders_are_looked_at(tmp_path: Path) -> None:
    async with patrolled(tmp_path, OwnProtection(Step.QUARANTINE)) as share:
        (share.root / "a.txt").write_bytes(NO_CARD)
        await share.until(lambda: share.patrol.counts["allow"] == 1)
        with (share.root / "a.txt").open("ab") as file:
            file.write(CARD)
        await share.until(lambda: share.names == {"a.txt.limen.txt"})
        outside = tmp_path / "moved"
        (outside / "deep" / "er").mkdir(parents=True)
        (outside / "deep" / "er" / "c.txt").write_bytes(CARD)
        outside.rename(share.root / "moved")
        await share.until(lambda: "moved/deep/er/c.txt.limen.txt" in share.names)
        (tmp_path / "d.part").write_bytes(CARD)
        (tmp_path / "d.part").rename(share.root / "d.txt")
        await share.until(lambda: "d.txt.limen.txt" in share.names)
        assert len(share.quarantine.all()) == 3


async def test_a_file_is_looked_at_when_it_rests(tmp_path: Path) -> None:
    async with patrolled(tmp_path, OwnProtection(Step.QUARANTINE), rest_seconds=0.6) as share:
        with (share.root / "a.txt").open("wb", buffering=0) as file:
            for one in range(0, len(CARD), 8):
                file.write(CARD[one : one + 8])
                await asyncio.sleep(0.05)
        await share.until(lambda: share.names == {"a.txt.limen.txt"})
        assert len(share.protection.inspected) == 1


async def test_what_fails_here_empties_no_share_and_is_tried_again(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("limen.data.doors.shares.AGAIN_SECONDS", 0.2)
    protection = OwnProtection(Step.QUARANTINE)
    async with patrolled(tmp_path, protection) as share:
        protection.broken = {"note"}
        (share.root / "a.txt").write_bytes(CARD)
        await share.until(lambda: share.patrol.counts["failed"] >= 2)
        assert share.names == {"a.txt"}
        protection.broken = set()
        await share.until(lambda: share.names == {"a.txt.limen.txt"})


async def test_what_cannot_be_taken_away_is_journaled_once_and_told_once(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("limen.data.doors.shares.AGAIN_SECONDS", 0.1)
    told: list[tuple[str, str]] = []
    protection, rules = OwnProtection(Step.QUARANTINE), ["r1"]
    about = {"not_taken": lambda *said: told.append(said), "tag": lambda: rules[-1]}
    async with patrolled(tmp_path, protection, **about) as share:
        take = share.quarantine.take

        def fails(*_a: object) -> None:
            raise OSError(errno.EROFS, "Read-only file system")

        monkeypatch.setattr(share.quarantine, "take", fails)
        (share.root / "a.txt").write_bytes(CARD)
        await share.until(lambda: share.patrol.counts["not-taken"] >= 4)
        assert (len(protection.noted), told) == (1, [("sales", "Read-only file system")])
        assert share.patrol.cannot_take == "Read-only file system"
        rules.append("r2")  # other rules may say otherwise
        await share.until(lambda: len(protection.noted) == 2)
        monkeypatch.setattr(share.quarantine, "take", take)
        await share.until(lambda: share.names == {"a.txt.limen.txt"})
        assert (share.patrol.cannot_take, len(protection.noted)) == ("", 2)


async def test_what_limen_may_not_read_is_judged_as_unread_and_told_once(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("limen.data.doors.shares.AGAIN_SECONDS", 0.1)
    closed, tries, really = {"a.txt", "folder"}, Counter(), shares.opened

    def opened(root: Path, path: PurePosixPath):
        tries[str(path)] += 1
        if path.parts[0] in closed:
            raise PermissionError(errno.EACCES, "Permission denied")
        return really(root, path)

    monkeypatch.setattr(shares, "opened", opened)
    protection = OwnProtection(Step.QUARANTINE, unread=Step.WATCH)
    async with patrolled(tmp_path, protection) as share:
        (share.root / "a.txt").write_bytes(CARD)
        (share.root / "folder").mkdir()
        await share.until(lambda: tries["a.txt"] > 3 and tries["folder"] > 3)
        assert sorted(passing.name for passing, *_ in protection.noted) == ["a.txt", "folder"]
        assert {one.why_not for one in protection.inspected} == {frozenset({WhyNot.FAILED})}
        assert share.patrol.counts["unreadable"] == 2
        closed.clear()
        await share.until(lambda: share.names == {"a.txt.limen.txt"})


async def test_a_folder_that_is_touched_is_no_new_one(tmp_path: Path) -> None:
    async with patrolled(tmp_path, OwnProtection(Step.QUARANTINE)) as share:
        (share.root / "in").mkdir()
        for number in range(5):
            (share.root / "in" / f"{number}.txt").write_bytes(NO_CARD)
        await share.until(lambda: share.patrol.counts["allow"] >= 5)
        await asyncio.sleep(0.5)
        share.patrol.counts.clear()
        for folder in (share.root, share.root / "in"):
            folder.touch()
        (share.root / "last.txt").write_bytes(NO_CARD)
        await share.until(lambda: share.patrol.counts["allow"])
        await asyncio.sleep(0.5)
        assert share.patrol.counts["allow"] < 5  # a new file may be told of twice


async def test_a_name_that_ends_the_watching_again_and_again_has_one_sweep_run(tmp_path: Path, monkeypatch) -> None:
    running, most = 0, 0
    async with patrolled(tmp_path, OwnProtection()) as share:

        async def sweep(_since: int) -> int:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.1)
            running -= 1
            swept.append(_since)
            return 0

        swept: list[int] = []
        monkeypatch.setattr(share.patrol, "sweep", sweep)
        for since in (50, 40, 60):
            share.patrol._sweep_soon(since)
        await share.until(lambda: running)
        share.patrol._sweep_soon(70)
        await share.until(lambda: len(swept) == 2)
        assert (swept, most) == ([40, 70], 1)


@pytest.mark.skipif(not CAN_HOLD, reason="no extended attributes here")
async def test_a_label_beside_a_file_counts(tmp_path: Path) -> None:
    async with patrolled(tmp_path, OwnProtection(Step.WATCH)) as share:
        path = tmp_path / "prices.csv"
        path.write_bytes(CARD)
        said, marks = DocumentLabel(Label.RESTRICTED, 1_000), Marks((b"k" * 32,))
        assert write_label(path, said, marks) is Place.FILE_SYSTEM
        path.rename(share.root / "prices.csv")
        await share.until(lambda: share.protection.inspected)
        (inspected,) = share.protection.inspected
        assert inspected.carried is not None
        assert marks.claim(inspected.carried, {}).proven == said


async def test_a_sweep_looks_at_what_changed_meanwhile(tmp_path: Path) -> None:
    root = tmp_path / "share"
    root.mkdir()
    (root / "a.txt").write_bytes(CARD)
    async with patrolled(tmp_path, OwnProtection(Step.QUARANTINE)) as share:
        assert await share.patrol.sweep(time.time_ns()) == 0
        assert await share.patrol.sweep(0) == 1
        await share.until(lambda: share.names == {"a.txt.limen.txt"})


async def test_many_files_made_unreadable_are_an_alarm_that_names_who_and_from_where(tmp_path: Path) -> None:
    log = tmp_path / "audit"
    log.write_text("")
    noise = random.Random(1)
    async with patrolled(tmp_path, OwnProtection(is_asked=False), audit=SambaAudit(log)) as share:
        for number in range(MANY):
            (share.root / f"{number}.docx").write_bytes(NO_CARD)
        await share.until(lambda: share.patrol.counts["allow"] >= MANY)
        with log.open("a") as lines:
            for number in range(MANY):
                (share.root / f"{number}.docx").rename(share.root / f"{number}.docx.locked")
                (share.root / f"{number}.docx.locked").write_bytes(noise.randbytes(5_000))
                lines.write(f"limen|games|192.0.2.9|sales|openat|ok|w|{share.root}/{number}.docx.locked\n")
        await share.until(lambda: share.alarms)
        ((alarm, person, address),) = share.alarms
        assert (alarm.share, alarm.number, person, address) == ("sales", MANY, "p_games", "192.0.2.9")
