"""What an attacker tries with files of a share: links, swaps, races, names, ransomware that hides or blames others."""

from __future__ import annotations

import asyncio
import os
import random
import time
from errno import EPERM, EXDEV
from pathlib import Path, PurePosixPath

import pytest
from tests.data.doors.patrolled import patrolled
from tests.data.doors.protecting import CARD, NO_CARD, OwnProtection

from limen.data.doors import shares
from limen.data.doors.mass_renaming import MANY, RenamingWatch
from limen.data.doors.quarantine import Quarantine
from limen.data.doors.samba_audit import read_line
from limen.data.doors.share_files import GoneError, opened
from limen.data.rules.model import Step


async def test_a_link_leads_nowhere_and_takes_nothing_away(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "card.txt").write_bytes(CARD)
    async with patrolled(tmp_path, OwnProtection(Step.QUARANTINE)) as share:
        (share.root / "link.txt").symlink_to(outside / "card.txt")
        (share.root / "folder").symlink_to(outside)
        (share.root / "hard.txt").write_bytes(CARD)
        await share.until(lambda: "hard.txt.limen.txt" in share.names)
        await asyncio.sleep(0.5)
        assert (outside / "card.txt").read_bytes() == CARD
        assert [one.path for one in share.quarantine.all()] == ["hard.txt"]


def test_a_folder_that_is_swapped_for_a_link_is_not_entered(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a").write_bytes(CARD)
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "in").symlink_to(tmp_path / "outside")
    with pytest.raises(GoneError), opened(tmp_path / "share", PurePosixPath("in/a")):
        pass


def test_what_takes_a_judged_files_place_is_not_taken_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the last look at the name and the move, another file comes to the name."""
    share, other = tmp_path / "share", tmp_path / "share" / "other"
    share.mkdir()
    (share / "a").write_bytes(CARD)
    other.write_bytes(b"innocent")
    rename = os.rename

    def swapping(*names: object, **folders: object) -> None:
        rename(other, share / "a")
        monkeypatch.setattr(os, "rename", rename)
        rename(*names, **folders)

    with opened(share, PurePosixPath("a")) as file:
        monkeypatch.setattr(os, "rename", swapping)
        with pytest.raises(GoneError):
            Quarantine(tmp_path / "q").take(file, "sales", 1, "e1", ())
    assert (share / "a").read_bytes() == b"innocent"
    assert list((tmp_path / "q").iterdir()) == []


def test_what_is_no_file_and_takes_a_judged_files_place_comes_back_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A colleague's folder, or a link to a secret of Limen's: neither is lost, and no name for the secret is made."""
    share, secret = tmp_path / "share", tmp_path / "master.key"
    share.mkdir()
    secret.write_text("key")
    rename = os.rename

    def folder(name: Path) -> None:
        name.mkdir()
        (name / "ledger").write_text("years of work")

    for number, put in enumerate((folder, lambda name: name.symlink_to(secret))):
        name = share / str(number)
        name.write_bytes(CARD)

        def swapping(*names: object, put=put, name: Path = name, **folders: object) -> None:
            monkeypatch.setattr(os, "rename", rename)
            rename(name, share / f"{name.name}.old")
            put(name)
            rename(*names, **folders)

        with opened(share, PurePosixPath(name.name)) as file:
            monkeypatch.setattr(os, "rename", swapping)
            with pytest.raises(GoneError):
                Quarantine(tmp_path / "q").take(file, "sales", 1, "e1", ())
    assert (share / "0" / "ledger").read_text() == "years of work"
    assert (share / "1").is_symlink()
    assert secret.stat().st_nlink == 1
    assert list((tmp_path / "q").iterdir()) == []


@pytest.mark.parametrize("has_links", [True, False])
def test_on_another_file_system_nothing_else_is_removed_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_links: bool
) -> None:
    """What takes the name after the file was copied is put back under it, also where there are no hard links."""
    share = tmp_path / "share"
    share.mkdir()
    (share / "a").write_bytes(CARD)
    (share / "other").write_bytes(b"innocent")
    rename, moves = os.rename, []

    def elsewhere(*names: object, **folders: object) -> None:
        moves.append(names)
        if len(moves) == 1:
            raise OSError(EXDEV, "")
        if len(moves) == 2:
            rename(share / "other", share / "a")
        rename(*names, **folders)

    monkeypatch.setattr(os, "rename", elsewhere)
    if not has_links:
        monkeypatch.setattr(os, "link", lambda *_a, **_k: (_ for _ in ()).throw(OSError(EPERM, "")))
    with opened(share, PurePosixPath("a")) as file, pytest.raises(GoneError):
        Quarantine(tmp_path / "q").take(file, "sales", 1, "e1", ())
    assert {one.name: one.read_bytes() for one in share.iterdir()} == {"a": b"innocent"}
    assert list((tmp_path / "q").iterdir()) == []


async def test_a_file_that_is_changed_while_it_is_judged_is_judged_again(tmp_path: Path) -> None:
    class Swapping(OwnProtection):
        async def inspect(self, body, name: str = "", owner: str = ""):
            found = await super().inspect(body, name)
            if name == "a.txt" and (root / "a.txt").read_bytes() == NO_CARD:
                (root / "a.txt").write_bytes(CARD)
            return found

    root = tmp_path / "share"
    async with patrolled(tmp_path, Swapping(Step.QUARANTINE)) as share:
        (share.root / "a.txt").write_bytes(NO_CARD)
        await share.until(lambda: share.names == {"a.txt.limen.txt"})


async def test_a_note_is_no_licence(tmp_path: Path) -> None:
    """It belongs to whose file was taken: they write into it, rename it, or have its inode for another file."""
    async with patrolled(tmp_path, OwnProtection(Step.QUARANTINE)) as share:
        (share.root / "a.csv").write_bytes(CARD)
        await share.until(lambda: "a.csv.limen.txt" in share.names)
        note = share.root / "a.csv.limen.txt"
        with note.open("r+b") as file:
            file.write(CARD)
        note.rename(share.root / "customers.csv")
        await share.until(lambda: share.names == {"customers.csv.limen.txt"})
        (share.root / "customers.csv.limen.txt").unlink()
        for number in range(4):  # one of them has the inode of the note
            (share.root / f"{number}.csv").write_bytes(CARD)
        await share.until(lambda: share.names == {f"{number}.csv.limen.txt" for number in range(4)})


async def test_a_file_that_is_touched_for_ever_is_taken(tmp_path: Path) -> None:
    class Touching(OwnProtection):
        async def inspect(self, body, name: str = "", owner: str = ""):
            found = await super().inspect(body, name)
            if (root / name).exists():
                os.utime(root / name)
            return found

    root = tmp_path / "share"
    protection = Touching(Step.QUARANTINE)
    async with patrolled(tmp_path, protection) as share:
        (share.root / "a.txt").write_bytes(CARD)
        await share.until(lambda: share.names == {"a.txt.limen.txt"})
        assert len(protection.noted) == 2
        assert [one.path for one in share.quarantine.all()] == ["a.txt"]


async def test_a_name_that_looks_like_a_note_hides_nothing(tmp_path: Path) -> None:
    async with patrolled(tmp_path, OwnProtection(Step.QUARANTINE)) as share:
        (share.root / "a.limen.txt").write_bytes(CARD)
        (share.root / ".git").mkdir()
        await asyncio.sleep(0.3)
        (share.root / ".git" / "x~").write_bytes(CARD)
        await share.until(lambda: {"a.limen.txt.limen.txt", ".git/x~.limen.txt"} <= share.names)


async def test_strange_names_and_kinds_end_no_watching(tmp_path: Path) -> None:
    async with patrolled(tmp_path, OwnProtection(Step.QUARANTINE)) as share:
        os.mkfifo(share.root / "pipe")
        (share.root / ("x" * 250)).write_bytes(CARD)
        (share.root / "line\nfeed").write_bytes(CARD)
        (share.root / os.fsdecode(b"\xff\xfe")).write_bytes(CARD)
        await share.until(lambda: len(share.quarantine.all()) == 3)
        (share.root / "gone").write_bytes(CARD)
        (share.root / "gone").unlink()
        (share.root / "last.txt").write_bytes(CARD)
        await share.until(lambda: "last.txt.limen.txt" in share.names)


async def test_more_changes_than_can_be_held_are_let_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "MOST_WAITING", 5)
    async with patrolled(tmp_path, OwnProtection(Step.QUARANTINE), rest_seconds=0.5) as share:
        for number in range(60):
            (share.root / f"{number}.txt").write_bytes(NO_CARD)
        await share.until(lambda: share.patrol.counts["allow"] >= 4)
        assert share.patrol.is_behind_since
        looked, seen = share.patrol._look, set()
        monkeypatch.setattr(share.patrol, "_look", lambda path, **how: (seen.add(path), looked(path, **how))[1])
        while share.patrol.is_behind_since:
            await share.patrol.sweep(time.time_ns())
            await asyncio.sleep(0.05)
        await share.until(lambda: len(seen) == 60)


def test_who_writes_names_blames_nobody() -> None:
    line = "limen|ann|192.0.2.7|sales|openat|ok|w|/srv/limen|bob|192.0.2.8|sales|openat|ok|w|/srv/x"
    assert read_line(line) is None
    wrote = read_line("limen|ann|192.0.2.7|sales|openat|ok|w|/srv/limen-bob")
    assert wrote is not None
    assert wrote.writer.user == "ann"


def test_ransomware_that_keeps_names_or_is_noisy_beside_is_seen() -> None:
    watch, noise = RenamingWatch("sales"), random.Random(1)
    seen = []
    for number in range(MANY):
        for _ in range(50):
            watch.gone(number)
            watch.unreadable(f"decoy{noise.random()}", f"other{number}", number, was_there=False)
        seen.append(watch.unreadable(f"{number}.docx", "ann", number, was_there=True))
    assert seen[-1] is not None
