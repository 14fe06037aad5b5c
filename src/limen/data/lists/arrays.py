"""Numbers of 64 bits as bytes, in one order of bytes on every machine."""

from __future__ import annotations

import sys
from array import array


def bytes_of(numbers: array[int]) -> bytes:
    return _little(numbers).tobytes()


def array_of(kept: bytes) -> array[int]:
    """What `bytes_of` gave. Raises ValueError for what is no such bytes."""
    return _little(array("Q", kept))


def _little(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers = array("Q", numbers)
        numbers.byteswap()
    return numbers
