"""A real folder, walked through, gone on with, and attacked with links."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from limen.data.inventory import folders
from limen.data.inventory.folders import FolderWalker, WalkError, encryption_of
from limen.data.inventory.model import Audience, Batch, Gone, Item


async def walked(walker: FolderWalker, cursor: str = "") -> list[Batch]:
    return [one async for one in walker.batches(cursor)]


async def paths(walker: FolderWalker, cursor: str = "") -> list[str]:
    return [item.path for batch in await walked(walker, cursor) for item in batch.items]


async def read(walker: FolderWalker, item: Item) -> bytes:
    return b"".join([piece async for piece in walker.body(item)])


@pytest.fixture
def share(tmp_path: Path) -> Path:
    for name in ("b.txt", "hr/salaries.csv", "hr/2026/june.txt", "a/z.txt", "a.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


async def test_every_file_is_told_once_in_one_order(share: Path) -> None:
    found = await paths(FolderWalker(share))
    assert found == ["a/z.txt", "a.txt", "b.txt", "hr/2026/june.txt", "hr/salaries.csv"]
    (share / "hr/salaries.csv").chmod(0o640)
    (batch,) = await walked(FolderWalker(share))
    assert {item.path: item.audience for item in batch.items}["hr/salaries.csv"] is Audience.NAMED
    assert batch.items[0].size == len("a/z.txt")


async def test_a_walk_goes_on_behind_the_last_file_even_where_that_is_gone(
    share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "AT_ONCE", 2)
    walker = FolderWalker(share)
    batches = await walked(walker)
    assert [len(one.items) for one in batches] == [2, 2, 1]
    assert batches[-1].cursor == ""
    for number, batch in enumerate(batches[:-1], 1):
        rest = [item.path for one in batches[number:] for item in one.items]
        assert await paths(walker, batch.cursor) == rest
    (share / "a.txt").unlink()
    assert await paths(walker, batches[0].cursor) == ["b.txt", "hr/2026/june.txt", "hr/salaries.csv"]


async def test_a_file_whose_time_was_put_back_is_another(share: Path) -> None:
    """Written over in place by as many bytes: it is looked into again."""
    (before,) = [one for batch in await walked(FolderWalker(share)) for one in batch.items if one.path == "a.txt"]
    was = (share / "a.txt").stat()
    (share / "a.txt").write_text("4.txt")
    os.utime(share / "a.txt", ns=(was.st_atime_ns, was.st_mtime_ns))
    (after,) = [one for batch in await walked(FolderWalker(share)) for one in batch.items if one.path == "a.txt"]
    assert (before.size, before.changed_at) == (after.size, after.changed_at)
    assert before.etag != after.etag
    with pytest.raises(Gone):
        await read(FolderWalker(share), before)


async def test_a_file_is_read_as_it_was_listed_or_not_at_all(share: Path) -> None:
    walker = FolderWalker(share)
    (batch,) = await walked(walker)
    first = batch.items[0]
    assert await read(walker, first) == b"a/z.txt"
    (share / "a/z.txt").write_text("longer than before")
    with pytest.raises(Gone):
        await read(walker, first)
    (share / "a/z.txt").unlink()
    with pytest.raises(Gone):
        await read(walker, first)


async def test_links_and_pipes_are_no_items_and_lead_nowhere(
    share: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.txt").write_text("secret")
    walker = FolderWalker(share)
    (before,) = await walked(walker)
    (share / "link").symlink_to(outside)
    (share / "link.txt").symlink_to(outside / "secret.txt")
    (share / "loop").symlink_to(share)
    os.mkfifo(share / "pipe")
    assert await paths(walker) == [item.path for item in before.items]
    # the folder on the way is changed for a link after it was listed
    (outside / "z.txt").write_text("a/z.txt")
    (share / "a/z.txt").unlink()
    (share / "a").rmdir()
    (share / "a").symlink_to(outside)
    with pytest.raises(Gone):
        await read(walker, before.items[0])
    with pytest.raises(Gone):
        await read(walker, Item("../outside/secret.txt", "x", 6, 0, "x"))


async def test_a_pipe_in_the_place_of_a_file_holds_nobody_up(share: Path) -> None:
    walker = FolderWalker(share)
    (batch,) = await walked(walker)
    (share / "a/z.txt").unlink()
    os.mkfifo(share / "a/z.txt")
    with pytest.raises(Gone):
        await read(walker, batch.items[0])


def with_odd_names(share: Path) -> None:
    Path(os.fsdecode(os.fsencode(share) + b"/caf\xe9.txt")).write_text("x")
    deep = share / "/".join("d" * 70)
    deep.mkdir(parents=True)
    (deep / "hidden.txt").write_text("x")


async def test_names_that_are_no_text_and_folders_too_deep(share: Path) -> None:
    with_odd_names(share)
    walker = FolderWalker(share)
    batches = await walked(walker)
    found = {item.path: item for batch in batches for item in batch.items}
    assert "caf\ufffd.txt" in found
    assert await read(walker, found["caf\ufffd.txt"]) == b"x"
    assert not any("hidden" in path for path in found)
    assert batches[-1].missed == 1


async def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(WalkError):
        await walked(FolderWalker(tmp_path / "nowhere"))
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(WalkError):
        await walked(FolderWalker(tmp_path / "link"))


def test_encryption_is_believed_of_what_the_kernel_says(tmp_path: Path) -> None:
    found = tmp_path.stat().st_dev
    device = tmp_path / f"{os.major(found)}:{os.minor(found)}"
    device.mkdir()
    assert encryption_of(tmp_path, tmp_path) == ""
    below = tmp_path / "below"
    (below / "dm").mkdir(parents=True)
    (below / "dm/uuid").write_text("CRYPT-LUKS2-0123-volume")
    (device / "slaves").mkdir()
    (device / "slaves/dm-0").symlink_to(below)
    assert encryption_of(tmp_path, tmp_path) == "dm-crypt"
    plain = tmp_path / "plain"
    plain.mkdir()
    (device / "slaves/dm-1").symlink_to(plain)
    assert encryption_of(tmp_path, tmp_path) == ""
