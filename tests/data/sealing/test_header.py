"""Headers: for whom a file is, and what no header may be."""

from __future__ import annotations

import io

import pytest

from limen.data.sealing import header
from limen.data.sealing.age_keys import Identity
from limen.data.sealing.errors import SealedError
from limen.data.sealing.header import Stanza

ADA, BEN, EVE = Identity.new(), Identity.new(), Identity.new()
KEY = header.new_file_key()


def read(text: bytes) -> header.Header:
    return header.read(io.BytesIO(text), "a.age")


def test_each_recipient_gets_the_file_key_and_nobody_else() -> None:
    head = read(header.written(KEY, [ADA.recipient, BEN.recipient]) + b"payload")
    assert header.unwrap(head.stanzas, [ADA]) == (KEY, ADA)
    assert header.unwrap(head.stanzas, [EVE, BEN]) == (KEY, BEN)
    assert header.unwrap(head.stanzas, [EVE]) is None
    assert head.is_genuine(KEY)
    assert not head.is_genuine(header.new_file_key())


def test_the_file_stands_at_the_payload_afterwards() -> None:
    file = io.BytesIO(header.written(KEY, [ADA.recipient]) + b"payload")
    header.read(file, "a.age")
    assert file.read() == b"payload"


def test_a_header_of_so_many_is_so_long() -> None:
    for number in (1, 2, 5):
        assert header.length(number) == len(header.written(KEY, [Identity.new().recipient] * number))


def test_stanzas_of_other_kinds_are_passed_over() -> None:
    text = header.written(KEY, [ADA.recipient]).replace(b"-> X25519", b"-> new-kind a b\n\n-> X25519", 1)
    assert len(read(text).stanzas) == 1
    assert not read(text).is_genuine(KEY)  # and whoever adds one is seen


def test_a_wrapped_key_travels_by_itself() -> None:
    stanza = header.wrap(KEY, ADA.recipient)
    assert Stanza.of(stanza.raw) == stanza
    with pytest.raises(SealedError):
        Stanza.of(stanza.raw + b"x")


def test_a_share_of_low_order_opens_nothing() -> None:
    assert header.unwrap([Stanza(bytes(32), bytes(32))], [ADA]) is None


@pytest.mark.parametrize("number", [0, 65])
def test_nobody_and_too_many_are_no_recipients(number: int) -> None:
    with pytest.raises(SealedError):
        header.written(KEY, [ADA.recipient] * number)


GOOD = header.written(KEY, [ADA.recipient])


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"PK\x03\x04",
        b"age-encryption.org/v2\n" + GOOD[22:],
        GOOD[:22] + GOOD[GOOD.index(b"---") :],  # for nobody
        GOOD[:-1],
        GOOD[:60],
        GOOD.replace(b"--- ", b"---"),
        GOOD.replace(b"--- ", b"--- ="),
        GOOD.replace(b"-> X25519 ", b"-> X25519 x "),
        GOOD.replace(b"-> X25519 ", b"->X25519 "),
        GOOD.replace(b"\n--- ", b"\r\n--- "),
        GOOD[:22] + b"-> X25519\n\n" + GOOD[22:],
        GOOD[:22] + b"-> scrypt c2FsdA 18\n\n" + GOOD[22:],
        GOOD[:22] + b"-> a\n\n" * 65 + GOOD[22:],
        GOOD[:22] + b"-> a\n" + (b"A" * 64 + b"\n") * 2_000 + b"\n" + GOOD[22:],
        GOOD[:22] + b"-> a\n" + b"A" * 65 + b"\n" + GOOD[22:],
        GOOD[:22] + b"-> " + b"a" * 1_000_000,
    ],
    ids=lambda text: str(len(text)),
)
def test_what_is_no_header_is_refused(text: bytes) -> None:
    with pytest.raises(SealedError):
        read(text)
