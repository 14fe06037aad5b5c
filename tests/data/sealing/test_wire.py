from __future__ import annotations

import pytest

from limen.data.sealing import header, wire
from limen.data.sealing.age_keys import Identity
from limen.data.sealing.errors import SealedError
from limen.data.sealing.manifest import Certificate, Certified
from limen.data.sealing.wire import Allowed, Asked, Opened, OpenedFile

KEY = "sk_" + "0" * 32
ASKED = [Asked(KEY, header.wrap(header.new_file_key(), Identity.new().recipient)) for _ in range(3)]
OPENED = Opened((OpenedFile("confidential", "2026", "d" * 16, "00"),), ("aa",))
ALLOWED = Allowed(Certified(Certificate("t", "p", "k", 1, 2), "s"), "internal", KEY, "2026", "age1", ("age1",), ("aa",))


def test_what_is_said_comes_back() -> None:
    assert wire.unpacked(wire.packed(OPENED), Opened) == OPENED
    assert wire.unpacked(wire.packed(ALLOWED), Allowed) == ALLOWED
    assert ALLOWED.until == 2
    assert wire.asked_in(wire.asked_text(ASKED)) == ASKED


def test_as_many_files_as_one_address_holds() -> None:
    most = [ASKED[0]] * wire.MOST_FILES
    assert len(wire.asked_text(most)) < 1_500
    assert wire.asked_in(wire.asked_text(most)) == most
    assert wire.asked_in(wire.asked_text([*most, ASKED[0]])) is None


@pytest.mark.parametrize(
    "text",
    ["", "x", KEY, f"{KEY}.AAAA", f"{KEY}.Ä", "sk_1." + "A" * 86, "a" * 20_000, wire.asked_text(ASKED) + ","],
    ids=len,
)
def test_what_no_command_writes_is_none(text: str) -> None:
    assert wire.asked_in(text) is None


@pytest.mark.parametrize("text", ["", "!", "e30", wire.packed(ALLOWED), "A" * 20_000, "ÄÄ"], ids=len)
def test_what_is_not_of_the_kind_is_refused(text: str) -> None:
    with pytest.raises(SealedError):
        wire.unpacked(text, Opened)


def test_a_code_is_of_one_key() -> None:
    assert wire.code_of(bytes(32)) == wire.code_of(bytes(32)) != wire.code_of(b"\1" * 32)
    assert wire.public_key_in("ab" * 32) == b"\xab" * 32
    assert [wire.public_key_in(text) for text in ("", "ab", "AB" * 32, "ab" * 33)] == [None] * 4
    assert wire.new_state() != wire.new_state()
