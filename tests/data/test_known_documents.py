"""Documents that come again."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from limen.data import known_documents
from limen.data.documents import Inspected, WhyNot
from limen.data.known_documents import KnownDocuments

OF = ("app wiki", "a.pdf")


@pytest.fixture
def document() -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile(buffering=0) as file:
        file.write(b"start" + bytes(1_000_000) + b"end")
        yield file


def _length(file: IO[bytes]) -> int:
    return file.seek(0, 2)


def test_a_document_is_met_when_it_comes_again_to_the_same(document: IO[bytes]) -> None:
    known, length = KnownDocuments(), _length(document)
    assert [known.met(document, length, OF) for _ in range(2)] == [False, True]
    assert not known.met(document, length, ("app other", "a.pdf"))
    assert not known.met(document, length, ("app wiki", "b.pdf"))
    assert not any(known.met(document, length, ("", "a.pdf")) for _ in range(2))
    assert not any(known.met(document, known_documents.LARGEST + 1, OF) for _ in range(2))


def test_it_is_known_by_all_of_its_bytes_its_name_and_among_whom(document: IO[bytes]) -> None:
    known, length = KnownDocuments(), _length(document)
    digests = {
        known.digest(document, length, OF),
        known.digest(document, length, ("app wiki", "b.pdf")),
        known.digest(document, length, ("app wik", "ia.pdf")),
        KnownDocuments().digest(document, length, OF),
    }
    document.seek(500_000)
    document.write(b"\1")
    digests.add(known.digest(document, length, OF))
    assert len(digests) == 5


def test_what_was_found_is_kept_and_the_last_used_is_forgotten_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_documents, "MOST_BYTES", 4_000)
    known = KnownDocuments()
    for number in range(20):
        known.keep(bytes([number]), Inspected("pdf", where=("x" * 500,)))
        assert known.found(b"\0") is not None
    assert (known.found(b"\1"), known.found(b"\x13")) == (None, Inspected("pdf", where=("x" * 500,)))
    assert known._bytes <= 4_000


def test_only_what_stays_as_it_is_and_is_little_is_kept() -> None:
    known = KnownDocuments()
    for why_not in (WhyNot.TIMED_OUT, WhyNot.FAILED):
        known.keep(b"a", Inspected("pdf", why_not=frozenset({why_not})))
    known.keep(b"a", Inspected("pdf", where=("x" * known_documents.MOST_OF_ONE,)))
    assert known.found(b"a") is None
    known.keep(b"a", Inspected("pdf", why_not=frozenset({WhyNot.ENCRYPTED})))
    assert known.found(b"a") == Inspected("pdf", why_not=frozenset({WhyNot.ENCRYPTED}))


def test_few_are_remembered_that_came_once(document: IO[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_documents, "MOST_MET", 2)
    known, length = KnownDocuments(), _length(document)
    for name in "abc":
        known.met(document, length, ("app wiki", name))
    assert [known.met(document, length, ("app wiki", name)) for name in "bca"] == [True, True, False]


def test_the_file_of_a_name_that_is_no_text_is_known(tmp_path: Path, document: IO[bytes]) -> None:
    name = str(tmp_path / "\udcff")
    assert KnownDocuments().digest(document, 3, ("app wiki", name))
