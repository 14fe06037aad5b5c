from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from limen.storage.journal.checkpoint import Checkpoint, Sealed, SealedSegment, read_checkpoint, read_sealed
from limen.storage.segments.link import Link, Signer, start_of
from limen.storage.segments.signed import UNREADABLE, is_genuine, signed, write_signed

SIGNER = Signer("main", (b"k" * 32,))
POINT = Checkpoint(writer="main", n=7, h="head", segment=1, at=5)
LIST = Sealed(
    writer="main",
    segments=(
        SealedSegment(
            ordinal=1, begun_at=5, first_n=1, last_n=7, before="a", head="b", sha256="c", last_at=6, hours={0: {"x": 1}}
        ),
    ),
)


@pytest.mark.parametrize("value", [POINT, LIST])
def test_what_was_signed_is_genuine_and_nothing_else_is(value: Checkpoint | Sealed) -> None:
    genuine = signed(value, SIGNER)
    assert is_genuine(genuine, SIGNER)
    assert not is_genuine(value, SIGNER)
    assert not is_genuine(msgspec.structs.replace(genuine, writer="other"), SIGNER)
    assert not is_genuine(genuine, Signer("main", (b"x" * 32,)))
    assert is_genuine(genuine, Signer("main", (b"x" * 32, b"k" * 32)))


def test_a_checkpoint_and_a_list_read_back_as_written(tmp_path: Path) -> None:
    written = write_signed(tmp_path / "c", POINT, SIGNER)
    assert (tmp_path / "c").read_bytes() == written
    assert read_checkpoint(tmp_path / "c") == signed(POINT, SIGNER)
    write_signed(tmp_path / "s", LIST, SIGNER)
    assert is_genuine(read_sealed(tmp_path / "s", "main"), SIGNER)


def test_where_there_is_none_there_is_none(tmp_path: Path) -> None:
    assert read_checkpoint(tmp_path / "c") is None
    assert read_sealed(tmp_path / "s", "main") == Sealed(writer="main")


@pytest.mark.parametrize("raw", [b"", b"{", b'{"writer": 5}', b'{"writer":"\xee"}'])
def test_what_can_not_be_read_raises_what_callers_look_out_for(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "c").write_bytes(raw)
    with pytest.raises(UNREADABLE):
        read_checkpoint(tmp_path / "c")


def test_where_a_chain_begins_and_ends_is_never_taken_from_whose_list_it_says_it_is() -> None:
    assert Sealed(writer="other").start("main") == Sealed(writer="other").end("main") == start_of("main")
    assert LIST.start("main") == start_of("main")
    assert LIST.end("main") == Link(7, b"b")
    expired = msgspec.structs.replace(LIST, segments=(), expired_n=7, expired_head="b")
    assert expired.start("main") == expired.end("main") == Link(7, b"b")
