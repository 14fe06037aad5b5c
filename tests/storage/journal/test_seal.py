from __future__ import annotations

from pathlib import Path

import duckdb
import msgspec
import pytest

from limen.clock import HOUR
from limen.events import Event, to_ocsf
from limen.storage.journal import seal as sealing
from limen.storage.journal.chain import Link, Signer, start_of
from limen.storage.journal.seal import CHAIN_BROKEN, main, seal
from limen.storage.journal.segment import Segment

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


def test_a_segment_that_does_not_follow_is_left_alone(segment: Segment, tmp_path: Path) -> None:
    arguments = [str(segment.path), str(tmp_path / "out"), "0", start_of("other").head.decode()]
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
    assert main([str(segment.path), str(tmp_path / "out"), "0", START.head.decode()]) == 0
    sealing.sys.stdout.buffer.flush()
    assert msgspec.json.decode(capfdbinary.readouterr().out)["last_n"] == 10
