from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.dial import size

from limen.clock import HOUR
from limen.storage.journal.chain import Broken, follow, parse
from limen.storage.journal.segment import Segment, recover
from limen.storage.segments.link import Signer, start_of
from limen.storage.segments.name import Name, segments_in

SIGNER = Signer("main", (b"k" * 32,))
START = start_of("main")
AT = 1_800_000_000_000


def written(folder: Path, batches: int = 3) -> Segment:
    segment = Segment.begin(folder, 1, AT, START, SIGNER)
    for n in range(batches):
        segment.append([b'{"n":%d}' % n, b'{"m":%d}' % n])
    segment.close()
    return segment


def test_a_segment_begins_with_a_line_about_itself_and_its_chain_holds(tmp_path: Path) -> None:
    segment = written(tmp_path)
    raws = segment.path.read_bytes().splitlines(keepends=True)
    header = parse(raws[0])
    assert header is not None
    assert b'"segment":1' in header.body
    assert len(raws) == 7
    assert not any(isinstance(each, Broken) for each in follow(raws, START, SIGNER))


def test_its_file_appears_with_its_first_batch_and_is_its_owners_only(tmp_path: Path) -> None:
    segment = Segment.begin(tmp_path, 1, AT, START, SIGNER)
    assert segments_in(tmp_path) == []
    segment.append([b"{}"])
    segment.close()
    assert segments_in(tmp_path) == [(Name(1, AT), segment.path)]
    assert segment.path.stat().st_mode & 0o077 == 0


def test_it_is_due_when_the_hour_turns_but_never_while_empty(tmp_path: Path) -> None:
    empty = Segment.begin(tmp_path, 1, AT, START, SIGNER)
    assert not empty.is_due(AT + HOUR)
    segment = written(tmp_path)
    assert not segment.is_due(AT)
    assert segment.is_due(AT + HOUR)


@settings(max_examples=size(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0), junk=st.binary(max_size=40))
def test_whatever_a_hard_stop_leaves_recovery_ends_at_a_whole_signed_batch(
    tmp_path: Path, cut: int, junk: bytes
) -> None:
    path = written(tmp_path).path
    whole = path.read_bytes()
    kept = whole[: cut % (len(whole) + 1)]
    path.write_bytes(kept + junk)
    recovered = recover(path, SIGNER)
    left = path.read_bytes()
    assert whole.startswith(left)
    assert len(kept + junk) - len(left) == recovered.cut_bytes
    ends = [0, *(at for at, line in line_ends(whole) if line.mac)]
    assert len(left) == max(end for end in ends if (kept + junk).startswith(whole[:end]))
    path.unlink()


def line_ends(data: bytes):
    at = 0
    for raw in data.splitlines(keepends=True):
        at += len(raw)
        yield at, parse(raw)


def test_a_batch_whose_inside_was_lost_is_cut_though_its_end_is_whole(tmp_path: Path) -> None:
    path = written(tmp_path).path
    whole = path.read_bytes()
    raws = whole.splitlines(keepends=True)
    begin = sum(map(len, raws[:5]))
    path.write_bytes(whole[:begin] + bytes(len(raws[5])) + raws[6])
    assert recover(path, SIGNER).size == begin


def test_nothing_signed_by_somebody_else_survives_recovery(tmp_path: Path) -> None:
    path = written(tmp_path).path
    assert recover(path, Signer("main", (b"x" * 32,))).link is None
    assert path.read_bytes() == b""


def test_a_segment_larger_than_the_first_look_is_recovered_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.storage.segments.file._FIRST_LOOK", 64)
    segment = written(tmp_path)
    with segment.path.open("ab") as file:
        file.write(b"half a line")
    recovered = recover(segment.path, SIGNER)
    assert (recovered.link, recovered.size, recovered.cut_bytes) == (segment.link, segment.size, 11)


def test_segments_are_listed_in_the_order_of_the_chain_and_nothing_else_is(tmp_path: Path) -> None:
    for name in ("00000002-1800000000000.jsonl", "00000001-1800000000009.parquet", "checkpoint.json", "x.jsonl"):
        (tmp_path / name).touch()
    assert [str(name) for name, _ in segments_in(tmp_path)] == [
        "00000001-1800000000009.parquet",
        "00000002-1800000000000.jsonl",
    ]
