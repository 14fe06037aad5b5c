from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.storage.event_store.test_keeping import OLD

from limen.storage.event_store.batches import WRITER
from limen.storage.event_store.sealed_list import EventCheckpoint, SealedEventList, read_list, stored_list
from limen.storage.segments.link import Link, Signer, start_of
from limen.storage.segments.signed import SEALED_FILE, is_genuine, signed, write_signed

SIGNER = Signer(WRITER, (b"e" * 32,))
LIST = SealedEventList(segments=(msgspec.structs.replace(OLD, head="b"),))


def test_where_a_chain_begins_and_ends() -> None:
    assert SealedEventList().start == SealedEventList().end == start_of(WRITER)
    assert (LIST.start, LIST.end) == (start_of(WRITER), Link(9, b"b"))
    expired = SealedEventList(expired_n=9, expired_head="b")
    assert expired.start == expired.end == Link(9, b"b")


def test_a_list_that_is_signed_is_trusted_and_nothing_else_is(tmp_path: Path) -> None:
    assert stored_list(tmp_path, SIGNER) == (SealedEventList(), True)
    write_signed(tmp_path / SEALED_FILE, LIST, SIGNER)
    stored, is_trusted = stored_list(tmp_path, SIGNER)
    assert (stored.segments, is_trusted) == (LIST.segments, True)
    assert not stored_list(tmp_path, Signer(WRITER, (b"x" * 32,)))[1]
    raw = (tmp_path / SEALED_FILE).read_bytes()
    (tmp_path / SEALED_FILE).write_bytes(raw.replace(b'"rows":9', b'"rows":8'))
    assert not stored_list(tmp_path, SIGNER)[1]


def test_files_without_a_list_are_not_trusted(tmp_path: Path) -> None:
    (tmp_path / OLD.file_name).touch()
    assert stored_list(tmp_path, SIGNER) == (SealedEventList(), False)


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b'{"segments":5}'])
def test_a_list_that_can_not_be_read_is_an_empty_one_that_is_not_trusted(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / SEALED_FILE).write_bytes(raw)
    assert read_list(tmp_path) == SealedEventList()
    assert not stored_list(tmp_path, SIGNER)[1]


def test_a_checkpoint_passes_for_nothing_else() -> None:
    point = signed(EventCheckpoint(n=7, h="head", at=5), SIGNER)
    assert point.link == Link(7, b"head")
    assert is_genuine(point, SIGNER)
    assert not is_genuine(msgspec.structs.replace(point, is_clean=True), SIGNER)
