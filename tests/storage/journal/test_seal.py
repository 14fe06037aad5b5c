from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import duckdb
import msgspec
import pytest

from limen.clock import HOUR
from limen.events import Event, to_ocsf
from limen.storage.journal import seal as sealing
from limen.storage.journal.checkpoint import Sealed
from limen.storage.journal.seal import CHAIN_BROKEN, UnfaithfulError, main, seal
from limen.storage.journal.segment import Segment
from limen.storage.journal.verify import verify
from limen.storage.segments.link import Link, Signer, start_of
from limen.storage.segments.name import Name
from limen.storage.segments.signed import SEALED_FILE, write_signed

SIGNER = Signer("main", (b"k" * 32,))
START = start_of("main")


@pytest.fixture
def segment(tmp_path: Path) -> Segment:
    segment = Segment.begin(tmp_path, 3, 1_800_000_000_000, START, SIGNER)
    said = [
        Event(id=f"{n:024x}", at=HOUR + n, kind="sign_in.failed", reason='a "quoted",\x01 word\\n') for n in range(9)
    ]
    segment.append([msgspec.json.encode(to_ocsf(event)) for event in said])
    segment.close()
    return segment


def test_every_line_is_kept_to_the_byte(segment: Segment, tmp_path: Path) -> None:
    sealed = seal(segment.path, tmp_path / "out", START)
    rows = duckdb.execute("select n, line from read_parquet($p) order by n", {"p": str(tmp_path / "out")}).fetchall()
    assert b"".join(line.encode() + b"\n" for _, line in rows) == segment.path.read_bytes()
    assert [n for n, _ in rows] == list(range(1, 11))
    assert sealed is not None
    assert (sealed.ordinal, sealed.first_n, sealed.last_n, sealed.last_at) == (3, 1, 10, HOUR + 8)
    assert (sealed.before, sealed.head) == (START.head.decode(), segment.link.head.decode())
    assert sealed.hours == {HOUR: {"sign_in.failed": 9}}


def lines_of(parquet: Path) -> bytes:
    rows = duckdb.execute("select line from read_parquet($p) order by n", {"p": str(parquet)}).fetchall()
    return b"".join(line.encode() + b"\n" for (line,) in rows)


@pytest.mark.slow
def test_few_lines_that_are_very_long_are_sealed_in_little_memory(tmp_path: Path) -> None:
    segment = Segment.begin(tmp_path, 3, 1_800_000_000_000, START, SIGNER)
    for number in range(3):
        segment.append([msgspec.json.encode({"facts": f"f{number}", "value": secrets.token_hex(5_000_000)})])
    segment.close()
    assert seal(segment.path, tmp_path / "out", START) is not None
    assert lines_of(tmp_path / "out") == segment.path.read_bytes()


@pytest.mark.slow
def test_what_is_sealed_is_verified_in_little_memory(tmp_path: Path) -> None:
    folder = tmp_path / "journal" / "main"
    folder.mkdir(parents=True)
    segment = Segment.begin(folder, 1, 1_800_000_000_000, START, SIGNER)
    for number in range(15):
        segment.append([msgspec.json.encode({"facts": f"f{number}", "value": secrets.token_hex(4_500_000)})])
    segment.close()
    name = Name(1, 1_800_000_000_000, True)
    sealed = seal(segment.path, folder / str(name), START)
    assert sealed is not None
    write_signed(folder / SEALED_FILE, Sealed(writer="main", segments=(sealed,)), SIGNER)
    segment.path.unlink()
    report = verify(tmp_path / "journal", (b"k" * 32,))
    assert report.problems == ("main: the checkpoint is gone.",)  # none was ever written
    assert report.lines == 16


@pytest.mark.slow
def test_many_lines_are_sealed_in_less_memory_than_they_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MEMORY", "64MB")
    segment = Segment.begin(tmp_path, 3, 1_800_000_000_000, START, SIGNER)
    value = secrets.token_hex(1_000)
    for _ in range(4):
        segment.append([msgspec.json.encode({"facts": secrets.token_hex(32), "value": value}) for _ in range(10_000)])
    segment.close()
    assert segment.path.stat().st_size > 64 << 20
    sealed = seal(segment.path, tmp_path / "out", START)
    assert sealed is not None
    assert sealed.last_n == 40_001
    assert lines_of(tmp_path / "out") == segment.path.read_bytes()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("out")] == ["out"]


def test_what_was_not_sealed_to_the_byte_does_not_count(
    segment: Segment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portions = sealing._portions

    def without_one(path: Path) -> Iterator[list[str]]:
        return ([line for line in lines if '"n":4,' not in line] for lines in portions(path))

    monkeypatch.setattr(sealing, "_portions", without_one)
    with pytest.raises(UnfaithfulError):
        seal(segment.path, tmp_path / "out", START)
    assert segment.path.exists()
    assert not list(tmp_path.glob("out*"))


def test_a_segment_that_does_not_follow_is_left_alone(segment: Segment, tmp_path: Path) -> None:
    arguments = [str(segment.path), str(tmp_path / "out"), "0", start_of("other").head.decode(), "0"]
    assert main(arguments) == CHAIN_BROKEN
    assert seal(segment.path, tmp_path / "out", Link(5, START.head)) is None
    assert not (tmp_path / "out").exists()


def test_a_segment_whose_end_is_not_signed_is_left_alone(segment: Segment, tmp_path: Path) -> None:
    raws = segment.path.read_bytes().splitlines(keepends=True)
    segment.path.write_bytes(b"".join(raws[:-1]))
    assert seal(segment.path, tmp_path / "out", START) is None


def test_the_program_prints_what_it_sealed(
    segment: Segment, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main([str(segment.path), str(tmp_path / "out"), "0", START.head.decode(), "0"]) == 0
    sealing.sys.stdout.buffer.flush()
    assert msgspec.json.decode(capfdbinary.readouterr().out)["last_n"] == 10
