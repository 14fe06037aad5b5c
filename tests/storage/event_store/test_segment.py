from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.dial import size

from limen.storage.event_store.batches import WRITER
from limen.storage.event_store.segment import EventSegment, recover
from limen.storage.segments.link import Signer, start_of

SIGNER = Signer(WRITER, (b"e" * 32,))
AT = 1_800_000_000_000


def written(folder: Path, batches: int = 3) -> tuple[EventSegment, list[int]]:
    """A segment, and where its batches end."""
    segment, ends = EventSegment.begin(folder, 1, AT, start_of(WRITER), SIGNER), [0]
    for n in range(batches):
        segment.append([b'{"n":%d}' % n, b'{"m":%d}' % n])
        ends.append(segment.size)
    segment.close()
    return segment, ends


@settings(max_examples=size(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0), junk=st.binary(max_size=40))
def test_whatever_a_hard_stop_leaves_recovery_ends_at_a_whole_signed_batch(
    tmp_path: Path, cut: int, junk: bytes
) -> None:
    segment, ends = written(tmp_path)
    whole = segment.path.read_bytes()
    torn = whole[: cut % (len(whole) + 1)] + junk
    segment.path.write_bytes(torn)
    link, left, cut_bytes = recover(segment.path, SIGNER)
    assert left == max(end for end in ends if torn.startswith(whole[:end]))
    assert (segment.path.stat().st_size, cut_bytes) == (left, len(torn) - left)
    assert (link is None) == (left == 0)
    segment.path.unlink()


def test_a_batch_whose_inside_was_lost_is_cut_though_its_end_is_whole(tmp_path: Path) -> None:
    segment, ends = written(tmp_path)
    data = bytearray(segment.path.read_bytes())
    data[ends[2] + 3 : ends[2] + 9] = bytes(6)
    segment.path.write_bytes(bytes(data))
    assert recover(segment.path, SIGNER)[1] == ends[2]


def test_nothing_signed_by_somebody_else_survives_recovery(tmp_path: Path) -> None:
    segment, _ = written(tmp_path)
    assert recover(segment.path, Signer(WRITER, (b"x" * 32,)))[:2] == (None, 0)


def test_a_segment_larger_than_the_first_look_is_recovered_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.storage.segments.file._FIRST_LOOK", 64)
    segment, ends = written(tmp_path)
    with segment.path.open("ab") as file:
        file.write(b"half a line")
    assert recover(segment.path, SIGNER) == (segment.link, ends[-1], 11)


def test_after_recovery_it_goes_on_where_it_was(tmp_path: Path) -> None:
    segment, _ = written(tmp_path)
    with segment.path.open("ab") as file:
        file.write(b'{"torn":')
    link, left, _ = recover(segment.path, SIGNER)
    assert link is not None
    again = EventSegment(segment.path, segment.name, link, SIGNER, left)
    again.append([b'{"n":9}'])
    again.close()
    assert recover(segment.path, SIGNER) == (again.link, again.size, 0)
    assert again.link.n == 7
