"""Checks of numbers that carry one, on bytes as they were matched: separators are passed over, letters in any case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_SEPARATORS: Final = b" -./"
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_BASE36: Final = {code: int(chr(code), 36) for code in b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def bare(matched: bytes) -> bytes:
    """What matched without its separators, in upper case."""
    return matched.translate(None, _SEPARATORS).upper()


def digits(matched: bytes) -> list[int]:
    """The digits of what matched; its letters are passed over."""
    return [code - 48 for code in matched if 48 <= code <= 57]


def luhn(number: Sequence[int]) -> bool:
    """ISO/IEC 7812-1, annex B: the last digit checks the others."""
    total = sum(number[-1::-2]) + sum(_DOUBLED[digit] for digit in number[-2::-2])
    return total % 10 == 0


def mod_97(text: bytes) -> int:
    """ISO/IEC 7064, MOD 97-10: the remainder of the text, its letters as two digits."""
    return int("".join(str(_BASE36[code]) for code in text)) % 97


def mod_11_10(number: Sequence[int]) -> bool:
    """ISO/IEC 7064, MOD 11,10: a hybrid system, of German tax numbers."""
    product = 10
    for digit in number[:-1]:
        total = (product + digit) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == number[-1]


def weighted(number: Sequence[int], weights: Sequence[int]) -> int:
    """The sum of the digits, each by its weight."""
    return sum(digit * weight for digit, weight in zip(number, weights, strict=False))


def are_one_digit(number: Sequence[int]) -> bool:
    """Whether a number is one digit again and again, as people write for "none"."""
    return len(set(number)) <= 1


_DIHEDRAL: Final = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
"""The multiplication table of the dihedral group of a pentagon."""
_TURNED: Final = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def verhoeff(number: Sequence[int]) -> bool:
    """Verhoeff's check of 1969: the last digit checks the others, over a group in which order counts."""
    check = 0
    for at, digit in enumerate(reversed(number)):
        check = int(_DIHEDRAL[check][int(_TURNED[at % 8][digit])])
    return check == 0
