"""Documents made to hide something, to lie, to fill the memory or to break what reads them."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from email.mime.multipart import MIMEMultipart
from pathlib import Path

import pytest
from tests.data.extraction import bombs, made

from limen.data.documents import Inspected, WhyNot
from limen.data.extraction.limits import Limits
from limen.data.extraction.pool import Pool
from limen.data.inspection import Inspection

_MOST_RESIDENT = 300 << 20
"""Bytes; the process itself, with its libraries, takes a fifth of it."""


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(made.scanner(), workers=1)
    yield pool
    pool.close()


def _looked_into(pool: Pool, data: bytes) -> Inspected:
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the pool closes it
    file.write(data)
    file.flush()
    return pool.inspect(file, len(data)).result(120)


# What unpacks to more than it may


def _deep_mail() -> bytes:
    outer = inner = MIMEMultipart(boundary="b0")
    outer["From"], outer["To"] = "a@harbor.example", "b@harbor.example"
    for number in range(1, 150):
        part = MIMEMultipart(boundary=f"b{number}")
        inner.attach(part)
        inner = part
    return outer.as_bytes()


@pytest.mark.parametrize("bomb", bombs.BOMBS)
def test_a_bomb_is_stopped_and_takes_little_memory(pool: Pool, bomb: str) -> None:
    assert _looked_into(pool, bombs.BOMBS[bomb]()).why_not & {WhyNot.TOO_LARGE, WhyNot.TOO_MANY}
    [pid] = pool.pids
    assert _most_resident(pid) < _MOST_RESIDENT


def _most_resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        pytest.skip("this system does not say how much memory a process took")
    [line] = [one for one in status.read_text().splitlines() if one.startswith("VmHWM")]
    return int(line.split()[1]) << 10


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: made.zipped({str(number): "" for number in range(10_001)}), WhyNot.TOO_MANY),
        (lambda: made.tarred({str(number): b"" for number in range(10_001)}), WhyNot.TOO_MANY),
        (lambda: _packed_often(30), WhyNot.TOO_DEEP),
        (_deep_mail, WhyNot.TOO_DEEP),
    ],
)
def test_too_many_and_too_deep_end(make: Callable[[], bytes], why: WhyNot) -> None:
    assert why in made.why_not(make()) | ({WhyNot.TOO_DEEP} if make is _deep_mail else set())


def _packed_often(times: int) -> bytes:
    data = b"a"
    for _ in range(times):
        data = gzip.compress(data)
    return data


def test_time_ends_what_is_neither_large_nor_many() -> None:
    slow = b"{\\rtf1 " + b"\\b a\\b0 b" * 400_000 + b"}"
    assert made.why_not(slow, Limits(seconds=0.05)) == {WhyNot.TIMED_OUT}


# What makes a parser read what it should not


_LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "declared",
    [
        f'<!DOCTYPE a [<!ENTITY a0 "ha">{_LAUGHS}]><a>&a9;</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a>b</a>',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]><a>b</a>',
    ],
)
def test_entities_are_neither_followed_nor_multiplied(declared: str) -> None:
    as_file = f'<?xml version="1.0"?>{declared}'.encode()
    in_word = made.zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": declared})
    in_open = made.zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": declared})
    for data in (as_file, in_word, in_open):
        assert made.why_not(data) == {WhyNot.BROKEN}
        text = "".join(made.text_of(data).values())
        assert "root:" not in text
        assert "haha" not in text


def test_an_entity_that_hides_text_is_read_where_it_is_declared() -> None:
    hidden = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "{made.CARD}">]><a>&x;</a>'.encode()
    assert {what for what, _ in made.finds(made.inspected(hidden))} == {"card"}


def test_markup_that_nests_without_end_ends() -> None:
    for data in (b"<?xml version='1.0'?>" + b"<a>" * 200_000, b"<html>" + b"<div>" * 200_000):
        assert made.why_not(data) <= {WhyNot.BROKEN, WhyNot.TOO_DEEP}


# What headers say, and what is there


def _patched(data: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    at = data.index(mark) + offset
    return data[:at] + value + data[at + len(value) :]


_FILLER = "nothing of note, for a while. "


@pytest.mark.parametrize("lie", ["small size", "small packed size", "wrong sum", "other name", "no directory"])
def test_what_is_packed_is_read_whatever_headers_say(lie: str) -> None:
    data = made.zipped({"a.txt": _FILLER * 50 + made.SEEN})
    lies = {
        "small size": lambda: _patched(data, b"PK\x01\x02", 24, struct.pack("<I", 9)),
        "small packed size": lambda: _patched(data, b"PK\x01\x02", 20, struct.pack("<I", 9)),
        "wrong sum": lambda: _patched(data, b"PK\x01\x02", 16, bytes(4)),
        "other name": lambda: _patched(data, b"PK\x01\x02", 46, b"b.txt"),
        "no directory": lambda: data[: data.index(b"PK\x01\x02")],
    }
    assert {what for what, _ in made.finds(made.inspected(lies[lie]()))} == {"card"}


def _stored(text: bytes) -> bytes:
    return made.zipped({"a.txt": text}, packed=0)


def _read_in_two_ways() -> dict[str, bytes]:
    text = (_FILLER + made.SEEN * 9).encode()
    harmless = zlib.compress(_FILLER.encode(), wbits=-15)
    short = _stored(text)
    for offset in (20, 24):
        short = _patched(short, b"PK\x01\x02", offset, struct.pack("<I", 8))
    return {
        "the directory says less": short,
        "stored to some, deflated to others": _patched(
            _stored(harmless + b"\n" + made.SEEN.encode()), b"PK\x03\x04", 8, struct.pack("<H", 8)
        ),
        "deflated to some, stored to others": _patched(
            _stored(zlib.compress(text, wbits=-15)), b"PK\x01\x02", 10, struct.pack("<H", 8)
        ),
        "more behind what is deflated": _patched(
            _patched(_stored(harmless + b"\n" + made.SEEN.encode()), b"PK\x03\x04", 8, struct.pack("<H", 8)),
            b"PK\x01\x02",
            10,
            struct.pack("<H", 8),
        ),
    }


@pytest.mark.parametrize("how", _read_in_two_ways())
def test_what_two_programs_unpack_in_two_ways_is_read_in_both_and_is_broken(how: str) -> None:
    looked_into = made.inspected(_read_in_two_ways()[how])
    assert {what for what, _ in made.finds(looked_into)} == {"card"}
    assert looked_into.why_not >= {WhyNot.BROKEN}


def test_two_archives_one_behind_the_other_are_both_read() -> None:
    first, second = made.zipped({"a.txt": made.SEEN}), made.zipped({"b.txt": made.UNSEEN})
    assert made.finds(made.inspected(first + second)) == {("card", "a.txt / line 1"), ("account", "b.txt / line 1")}


def test_a_member_that_the_directory_does_not_name_is_read() -> None:
    whole = made.zipped({"a.txt": "nothing", "b.txt": made.SEEN})
    second = whole.rindex(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    directory = whole.index(b"PK\x01\x02")
    end_of = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, second - directory, directory, 0)
    hidden = whole[:second] + end_of
    assert len(hidden) < end + 22
    assert ("card", "b.txt / line 1") in made.finds(made.inspected(hidden))


def test_what_is_encrypted_is_said_and_its_names_are_read() -> None:
    data = made.zipped({f"{made.CARD}.txt": "x" * 99})
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data = _patched(data, mark, offset, b"\1\0")
    inspected = made.inspected(data)
    assert inspected.why_not == {WhyNot.ENCRYPTED}
    assert made.finds(inspected) == {("card", "names of files")}


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "C:\\Windows\\x", "\x1b[2Jx", "x" * 60_000])
def test_names_are_text_and_never_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    [place] = {where for _, where in made.finds(made.inspected(made.zipped({name: made.SEEN})))}
    assert "\x1b" not in place
    assert len(place) < 300
    assert list(tmp_path.iterdir()) == []


def test_links_in_an_archive_are_followed_nowhere() -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            link = tarfile.TarInfo("link")
            link.type, link.linkname = kind, "/etc/passwd"
            archive.addfile(link)
    assert "root:" not in "".join(made.text_of(file.getvalue()).values())


# What is something else than it looks like


@pytest.mark.parametrize(
    "front", [made.picture, lambda: made.picture("JPEG"), made.portable, lambda: b"MZ" + bytes(900)]
)
def test_an_archive_behind_something_else_is_read(front: Callable[[], bytes]) -> None:
    inspected = made.inspected(front() + made.zipped({"hidden.txt": made.SECRET}))
    assert any(what == "account" and "hidden.txt" in where for what, where in made.finds(inspected))


def test_an_archive_in_a_remark_of_a_picture_is_read() -> None:
    inside = bombs.picture_with(b"prVt", made.zipped({"hidden.txt": made.SECRET}))
    assert ("account", "hidden.txt / line 1") in made.finds(made.inspected(inside))


def test_a_tar_that_begins_like_a_pdf_is_read_as_both() -> None:
    data = made.tarred({"%PDF-1.4": made.SEEN.encode()})
    assert "card" in {what for what, _ in made.finds(made.inspected(data))}


@pytest.mark.parametrize(
    "disguise",
    [
        lambda text: b"\0".join(bytes([one]) for one in text),
        lambda text: b"\x89PNG\r\n\x1a\n" + text,
        lambda text: b"%PDF-1.4\n" + text,
        lambda text: b"PK\x03\x04" + text,
        lambda text: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + text,
        lambda text: b"BZh9" + text,
        lambda text: b"{\\rtf1 " + text,
        lambda text: b"ID3\4" + bytes(9) + text,
        lambda text: b"Rar!\x1a\7\0" + text,
    ],
)
def test_text_that_calls_itself_something_else_is_read(disguise: Callable[[bytes], bytes]) -> None:
    assert "card" in {what for what, _ in made.finds(made.inspected(disguise(made.SEEN.encode() * 3)))}


# What is taken for something that came before


async def test_a_document_that_begins_and_ends_as_a_known_one_is_looked_into(pool: Pool) -> None:
    inspection = Inspection(made.scanner(), pool)
    harmless = b"\0" + b"harmless\n" * 20_000
    hidden = harmless[:80_000] + made.SEEN.encode() + harmless[80_000 + len(made.SEEN.encode()) :]
    for _ in range(3):
        assert not (await inspection.inspect(harmless, "a.bin", "p1", "app wiki")).found.findings
    for _ in range(3):
        assert (await inspection.inspect(hidden, "a.bin", "p1", "app wiki")).found.findings


async def test_what_failed_once_is_looked_into_the_next_time() -> None:
    pool = Pool(made.scanner(), workers=1, limits=Limits(seconds=0.0))
    inspection, document = Inspection(made.scanner(), pool), b"\0" + made.SEEN.encode() * 5_000
    try:
        for _ in range(3):
            found = await inspection.inspect(document, "a.bin", "p1", "app wiki")
            assert found.why_not & {WhyNot.TIMED_OUT, WhyNot.FAILED}
        assert not inspection._known._found
    finally:
        pool.close()
