"""Numbers of 64 bits as bytes."""

from __future__ import annotations

import sys
from array import array

import pytest

from limen.data.lists.arrays import array_of, bytes_of


@pytest.mark.parametrize("order", ["little", "big"])
def test_they_come_back(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = array("Q", [1, 2**64 - 1])
    monkeypatch.setattr(sys, "byteorder", order)
    assert array_of(bytes_of(numbers)) == numbers == array("Q", [1, 2**64 - 1])


def test_they_are_kept_with_the_smallest_byte_first() -> None:
    assert bytes_of(array("Q", [1])) == b"\1" + bytes(7)
    with pytest.raises(ValueError, match="multiple"):
        array_of(b"123")
