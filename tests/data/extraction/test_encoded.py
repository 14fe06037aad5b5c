"""Documents in base 64 within a text. What hides them: `tests/attacks/test_documents_in_text.py`."""

from __future__ import annotations

import json
from base64 import b64encode, encodebytes, urlsafe_b64encode
from random import Random

import pytest
from tests.data.extraction import made

from limen.data.documents import Part, WhyNot
from limen.data.extraction.encoded import Encoded, documents_in, may_hold_documents
from limen.data.extraction.inspecting import inspect_plain
from limen.data.extraction.limits import Budget, Limits, UnreadableError
from limen.data.extraction.pieces import Inner, Piece

_WORD = made.word()
_LETTERS = b64encode(_WORD)


def _fed(text: bytes, step: int) -> list[Piece]:
    encoded = Encoded(Budget())
    pieces = [piece for at in range(0, len(text), step) for piece in encoded.feed(text[at : at + step])]
    return [*pieces, *encoded.end()]


@pytest.mark.parametrize("kind", [kind for kind in made.DOCUMENTS if kind not in {"text", "csv", "html", "mail"}])
def test_each_kind_is_known_by_how_it_begins(kind: str) -> None:
    document = made.DOCUMENTS[kind]()
    assert list(documents_in(b"see: " + b64encode(document) + b".")) == [document]
    assert may_hold_documents(b64encode(document))


@pytest.mark.parametrize(
    "text",
    [
        b64encode(_WORD),
        urlsafe_b64encode(_WORD).rstrip(b"="),
        encodebytes(_WORD).replace(b"\n", b"\r\n"),
        json.dumps({"file": encodebytes(_WORD).decode()}).replace("/", "\\/").encode() + b"x",
        b"name=a&file=" + b64encode(_WORD),
        b"<a><b>" + b64encode(_WORD) + b"</b></a>",
        b"-----BEGIN CERTIFICATE-----\r\n" + encodebytes(_WORD) + b"-----END CERTIFICATE-----\r\n",
        b"data:;base64," + b64encode(b"x" + _WORD),
        b"data:;base64," + b64encode(b"xy" + _WORD),
        b64encode(_WORD).decode().encode("utf-16"),
    ],
)
def test_a_document_is_found_however_it_is_written(text: bytes) -> None:
    assert {what for what, _ in made.finds(made.inspected(text))} == {"card", "account"}
    assert inspect_plain(made.scanner(), text, "") is None


@pytest.mark.parametrize("kind", ["zip", "gzip", "pdf", "xz"])
def test_other_kinds_are_found_as_well(kind: str) -> None:
    found = made.inspected(b"file: " + b64encode(made.DOCUMENTS[kind]()))
    assert {what for what, _ in made.finds(found)} == {"card", "account"}


def test_what_is_packed_in_a_way_that_is_not_read_is_said() -> None:
    packed = b"7z\xbc\xaf\x27\x1c" + bytes(range(200))
    assert made.inspected(b"file: " + b64encode(packed)).why_not == {WhyNot.UNKNOWN_KIND}


def test_pieces_are_one_text() -> None:
    text = b"hello, " * 20_000 + _LETTERS + b"! and " + _LETTERS + b"."
    for step in (997, 65_536, len(text)):
        assert [one.data for one in _fed(text, step) if isinstance(one, Inner)] == [_WORD] * 2


def test_ordinary_text_holds_none() -> None:
    random = Random(7)
    text = b"\n".join(b"%d" % random.randrange(10**9) for _ in range(20_000))
    assert not may_hold_documents(text)
    assert not _fed(text, 5_000)
    assert not _fed(b"one word\na line\nand a word\nabcdefgh\nabcdefgh\nabcdefgh\nabcdefgh\n", 9)


def test_text_that_is_encrypted_is_told_wherever_it_is_cut() -> None:
    for armour in (b"-----BEGIN PGP MESSAGE-----", b"-----BEGIN AGE ENCRYPTED FILE-----"):
        text = b"." * 65_530 + armour + b"\n" + b"." * 70_000
        assert may_hold_documents(text)
        assert WhyNot.ENCRYPTED in _fed(text, 65_536)


def test_text_in_short_lines_is_read() -> None:
    letters = b64encode(made.SEEN.encode() * 3)
    lines = b"\n".join(letters[at : at + 28] for at in range(0, len(letters), 28))
    [read] = _fed(b"hello\n\n" + lines + b"\n", 50)
    assert isinstance(read, Part)
    assert read.text.decode().startswith(made.SEEN)


def test_what_it_makes_counts() -> None:
    with pytest.raises(UnreadableError):
        list(Encoded(Budget(Limits(most_members=3))).feed((_LETTERS + b".") * 4))
    with pytest.raises(UnreadableError):
        list(Encoded(Budget(Limits(most_bytes=len(_WORD)))).feed((_LETTERS + b".") * 4))
