"""The doctor looks at the files that tell where addresses are."""

from __future__ import annotations

import os
from pathlib import Path

from tests.doctor.scene import setup
from tests.mmdb import VIENNA, write_mmdb

from limen.clock import DAY, SECOND, SystemClock
from limen.doctor.places import places
from limen.finding import Finding, State


async def looked(folder: Path, written: str) -> dict[str, Finding]:
    (folder / "monitor.yaml").write_text(written)
    return {Path(one.where).name: one for one in await places(setup(folder))}


async def test_without_files_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert [one.state for one in await places(setup(tmp_path))] == [State.SKIPPED]
    assert [one.state for one in (await looked(tmp_path, "watch: true\n")).values()] == [State.SKIPPED]


async def test_each_file_is_said_to_be_well_old_or_of_no_use(tmp_path: Path) -> None:
    now = SystemClock().now()
    write_mmdb(tmp_path / "new.mmdb", {"203.0.113.0/24": VIENNA}, at=now)
    write_mmdb(tmp_path / "old.mmdb", {"203.0.113.0/24": VIENNA}, at=now - 100 * DAY)
    (tmp_path / "bad.mmdb").write_bytes(b"hidden")
    for name, text, days in (
        ("new.txt", "203.0.113.66\n", 0),
        ("old.txt", "203.0.113.66\n", 20),
        ("odd.txt", "hidden\n203.0.113.66\n", 0),
    ):
        (tmp_path / name).write_text(text)
        os.utime(tmp_path / name, (now / SECOND - days * 86_400,) * 2)
    found = await looked(
        tmp_path,
        "places:\n  databases: [new.mmdb, old.mmdb, bad.mmdb, missing.mmdb]\n"
        "  lists: {a: {file: new.txt}, b: {file: old.txt}, c: {file: odd.txt}}\n",
    )
    assert {name: one.state for name, one in found.items()} == {
        "new.mmdb": State.OK,
        "old.mmdb": State.WARNING,
        "bad.mmdb": State.WRONG,
        "missing.mmdb": State.WRONG,
        "new.txt": State.OK,
        "old.txt": State.WARNING,
        "odd.txt": State.WARNING,
    }
    assert "hidden" not in " ".join(one.what + one.fix for one in found.values())
