"""Tars of somebody else: what is in them stays below the new folder."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from limen.data.sealing.errors import SealedError
from limen.data.sealing.unpacking import leads_out, unpack


def tar_of(*members: tuple[tarfile.TarInfo, bytes]) -> io.BytesIO:
    text = io.BytesIO()
    with tarfile.open(fileobj=text, mode="w") as tar:
        for one, content in members:
            one.size = len(content)
            tar.addfile(one, io.BytesIO(content))
    text.seek(0)
    return text


def member(
    name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = "", mode: int = 0o644
) -> tuple[tarfile.TarInfo, bytes]:
    one = tarfile.TarInfo(name)
    one.type, one.linkname, one.mode, one.mtime = kind, link, mode, 1_000
    return one, content


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (tmp_path / "outside").write_text("old")
    (tmp_path / "into").mkdir()
    return tmp_path / "into"


def test_files_folders_and_links_come_as_they_are(into: Path) -> None:
    link, first = tarfile.SYMTYPE, tarfile.LNKTYPE
    text = tar_of(
        member("./", kind=tarfile.DIRTYPE),
        member("deep/link", kind=link, link="../up"),
        member("up", b"1", mode=0o4777),
        member("deep/hard", kind=first, link="up"),
        member("read", b"2", mode=0o444),
        member("empty", kind=tarfile.DIRTYPE, mode=0),
    )
    unpack(text, into, "a")
    assert (into / "deep" / "link").read_bytes() == b"1"
    assert (into / "deep" / "hard").samefile(into / "up")
    assert [(into / name).stat().st_mode & 0o7777 for name in ("up", "read")] == [0o755, 0o644]
    assert (into / "up").stat().st_mtime == 1_000
    assert list((into / "empty").iterdir()) == []


def test_a_name_longer_than_the_system_resolves_leads_nowhere(into: Path) -> None:
    """CVE-2025-4517: a chain of links in folders with long names, an escape by it, and a file through that."""
    long, steps, path = "d" * 247, "abcdefghijklmnop", ""
    members = []
    for step in steps:
        members.append(member(f"{path}{long}", kind=tarfile.DIRTYPE, mode=0o755))
        members.append(member(f"{path}{step}", kind=tarfile.SYMTYPE, link=long))
        path = f"{path}{long}/"
    chain = f"{'/'.join(steps)}/{'l' * 254}"
    members += [
        member(chain, kind=tarfile.SYMTYPE, link="../" * len(steps)),
        member("escape", kind=tarfile.SYMTYPE, link=f"{chain}/../"),
        member("x", kind=tarfile.LNKTYPE, link="escape/outside"),
        member("x", b"OWNED"),
    ]
    with pytest.raises((SealedError, OSError)):
        unpack(tar_of(*members), into, "a")
    assert (into.parent / "outside").read_text() == "old"


@pytest.mark.parametrize(
    "members",
    [
        [member("link", kind=tarfile.SYMTYPE, link=".."), member("link/outside", b"new")],
        [member("link", kind=tarfile.SYMTYPE, link="."), member("link/a", b"new")],
        [member("a", b"1"), member("a", b"2")],
        [member("a", b"1"), member("a/b", b"2")],
        [member("a", kind=tarfile.LNKTYPE, link="../outside")],
        [member("a", kind=tarfile.LNKTYPE, link="missing")],
        [member("a", kind=tarfile.LNKTYPE, link="/")],
        [member("../outside", b"new")],
        [member("fifo", kind=tarfile.FIFOTYPE)],
        [member(".", b"new")],
        [
            member("deep/one", kind=tarfile.SYMTYPE, link=".."),
            member("deep/out", kind=tarfile.SYMTYPE, link="one/../x"),
        ],
    ],
)
def test_what_is_written_through_a_link_or_twice_is_refused(
    into: Path, members: list[tuple[tarfile.TarInfo, bytes]]
) -> None:
    with pytest.raises((SealedError, OSError)):
        unpack(tar_of(*members), into, "a")
    assert (into.parent / "outside").read_text() == "old"


def test_a_sparse_file_fills_no_disk(into: Path) -> None:
    one, _ = member("large", kind=tarfile.GNUTYPE_SPARSE)
    header = bytearray(one.tobuf(tarfile.GNU_FORMAT))
    header[483:495] = b"77777777777\0"  # its real size, 8 GiB (GNU tar, old sparse format)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    text = io.BytesIO(header + bytes(1_024))
    with pytest.raises((SealedError, tarfile.TarError)):
        unpack(text, into, "a")
    assert sum(path.stat().st_size for path in into.iterdir()) == 0


@pytest.mark.parametrize(
    ("place", "target", "is_out"),
    [
        ("a/b", "../c", False),
        ("a/b", "../../c", True),
        ("a", "..", True),
        ("a", "./b/c", False),
        ("a/b/c", "../../d/e", False),
        ("a/b", "d/../c", True),
        ("a", "/etc/passwd", True),
    ],
)
def test_where_a_link_leads(place: str, target: str, *, is_out: bool) -> None:
    assert leads_out(tuple(place.split("/")), target) is is_out
