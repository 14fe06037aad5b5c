from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from limen.devices.nonces import GOOD_FOR, Nonces
from limen.devices.wire import RefusedError

NOW = 1_795_000_000_000


def test_a_nonce_is_good_for_ten_minutes() -> None:
    nonces = Nonces(b"k" * 32)
    nonce = nonces.new(NOW)
    nonces.judge(nonce, NOW + GOOD_FOR - 1)
    with pytest.raises(RefusedError) as refused:
        nonces.judge(nonce, NOW + GOOD_FOR)
    assert (refused.value.status, refused.value.error) == (428, "stale_nonce")


@pytest.mark.parametrize("nonce", [None, 7, "", "A", "A" * 43, "A" * 500, ["a"]])
def test_what_is_none_is_refused(nonce: object) -> None:
    with pytest.raises(RefusedError):
        Nonces(b"k" * 32).judge(nonce, NOW)


def test_another_worker_with_the_same_key_knows_it() -> None:
    Nonces(b"k" * 32).judge(Nonces(b"k" * 32).new(NOW), NOW)


@given(st.integers(0, 55), st.integers(1, 255))
def test_no_byte_of_it_can_be_changed(at: int, by: int) -> None:
    from limen.devices.wire import decoded, encoded

    nonces = Nonces(b"k" * 32)
    raw = bytearray(decoded(nonces.new(NOW), 128))
    raw[at] ^= by
    with pytest.raises(RefusedError):
        nonces.judge(encoded(bytes(raw)), NOW)
    with pytest.raises(RefusedError):
        nonces.judge(Nonces(b"another key").new(NOW), NOW)
