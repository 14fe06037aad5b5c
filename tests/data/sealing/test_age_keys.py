"""Keys as text, held against pyrage, which we did not write."""

from __future__ import annotations

import pyrage
import pytest
from hypothesis import given, strategies as st

from limen.data.sealing.age_keys import Identity, Recipient, identities_in
from limen.data.sealing.errors import SealedError

# a key pair that age-keygen made
SECRET = "AGE-SECRET-KEY-184JMZMVQH3E6U0PSL869004Y3U2NYV7R30EU99CSEDNPH02YUVFSZW44VU"


@given(st.binary(min_size=32, max_size=32))
def test_keys_are_written_as_pyrage_writes_them(raw: bytes) -> None:
    one = Identity(raw)
    assert Identity.read(one.text) == one
    assert Recipient.read(one.recipient.text) == one.recipient
    theirs = pyrage.x25519.Identity.from_str(one.text)
    assert (str(theirs), str(theirs.to_public())) == (one.text, one.recipient.text)


@given(st.integers(0, 61), st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7l"))
def test_one_wrong_letter_is_seen(place: int, letter: str) -> None:
    text = Identity(b"\7" * 32).recipient.text
    wrong = text[:place] + letter + text[place + 1 :]
    if wrong != text:
        with pytest.raises(SealedError):
            Recipient.read(wrong)


@pytest.mark.parametrize("text", ["", "age1", "1", "age1" + "q" * 58, "x" * 5_000, SECRET.lower()[:-1], "Age1qq"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(SealedError):
        Recipient.read(text)
    with pytest.raises(SealedError):
        Identity.read(text)


def test_a_secret_is_in_no_repr_and_no_error() -> None:
    one = Identity.read(SECRET)
    assert one.text not in repr(one)
    assert str(one.raw) not in repr(one)
    with pytest.raises(SealedError) as wrong:
        Identity.read(SECRET[:-1] + "X")
    assert SECRET[20:40] not in str(wrong.value)


def test_a_file_of_keys_has_remarks() -> None:
    assert identities_in(f"# made today\n\n{SECRET}\n") == [Identity.read(SECRET)]
    with pytest.raises(SealedError):
        identities_in("# nothing\n")
