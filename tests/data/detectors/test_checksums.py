"""Checksums against python-stdnum."""

from __future__ import annotations

from random import Random

from stdnum import luhn as their_luhn, verhoeff as their_verhoeff
from stdnum.iso7064 import mod_11_10 as their_mod_11_10
from tests import dial

from limen.data.detectors.checksums import are_one_digit, bare, digits, luhn, mod_11_10, mod_97, verhoeff, weighted


def test_checks_agree_with_python_stdnum() -> None:
    random, right = Random(1), 0
    for _ in range(dial.size(20_000, 500)):
        number = [random.randrange(10) for _ in range(random.randrange(2, 20))]
        text = "".join(map(str, number))
        assert luhn(number) == their_luhn.is_valid(text)
        assert mod_11_10(number) == their_mod_11_10.is_valid(text)
        assert verhoeff(number) == their_verhoeff.is_valid(text)
        right += luhn(number)
    assert right


def test_separators_are_passed_over() -> None:
    assert bare(b"ab-12 3.4/5") == b"AB12345"
    assert digits(b"a1 2-3") == [1, 2, 3]


def test_sums() -> None:
    assert weighted([1, 2, 3], (1, 10, 100)) == 321
    assert mod_97(b"3214282912345698765432161182") == 1
    assert are_one_digit([7, 7, 7])
    assert not are_one_digit([7, 7, 8])
