"""Detectors that a company writes itself. Evil ones: `tests/attacks/test_hostile_data_rules.py`."""

from __future__ import annotations

import pytest
from tests.data.planted import KEY

from limen.data.detectors.checksums import digits, luhn
from limen.data.model import Confidence
from limen.data.rules.own_detectors import (
    CHECKS,
    LONGEST_MATCH,
    detector_of,
    detector_of_words,
    fits,
    length_of,
    longest_of_word,
    sure_of,
)
from limen.data.rules.stated import Dictionary, OwnDetector
from limen.data.scanning.scanner import Scanner


@pytest.mark.parametrize(
    ("expression", "longest"),
    [("HB-[0-9]{5}", 8), (r"\bHB[- ]?\d{3,9}\b", 12), ("(?i)(?:alpha|be|gamma)x{1,3}", 8), (r"\w{3,200}", 200)],
)
def test_the_length_of_a_match_is_known(expression: str, longest: int) -> None:
    assert length_of(expression) == longest


@pytest.mark.parametrize("expression", ["ab", "a?bc?", "a+bc", "^abc", "abc$", "Größe", "[", "x" * 301, r"\Babc"])
def test_what_can_t_be_bounded_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="it"):
        length_of(expression)


def test_one_is_found_with_its_check_and_its_words() -> None:
    own = OwnDetector("hb", "HB", r"HB-\d{6}", 9, ("project",), "luhn", Confidence.LOW, Confidence.HIGH)
    scanner = Scanner([detector_of(own)], key=KEY)
    assert luhn(digits(b"HB-123455"))
    assert scanner.text(b"HB-123455").highest() == {"hb": Confidence.LOW}
    assert scanner.text(b"Project HB-123455").highest() == {"hb": Confidence.HIGH}
    assert not scanner.text(b"Project HB-123456").findings
    assert sure_of(detector_of(own)) is Confidence.HIGH


def test_words_are_whole_in_any_case_with_their_gaps() -> None:
    dictionary = Dictionary("names", "Names", ("Nordlicht", "Blue Heron", "Größe 7"))
    scanner = Scanner([detector_of_words(dictionary)], key=KEY)
    text = "NORDLICHT, blue-heron and Blue  Heron; GRÖSSE 7, größe_7; not Nordlichter or bluet heron"
    found = [text.encode()[one.start : one.end].decode() for one in scanner.text(text.encode()).findings]
    assert found == ["NORDLICHT", "blue-heron", "Blue  Heron", "GRÖSSE 7", "größe_7"]
    assert longest_of_word("Blue Heron") == 12
    assert detector_of_words(dictionary).longest >= len("Größe   7".encode())


def test_a_dictionary_has_room_for_some_hundred_words() -> None:
    assert fits([f"project name {number}" for number in range(400)])
    assert not fits([f"project name {number}" for number in range(1_000)])


def test_checks_are_those_of_the_standards() -> None:
    assert CHECKS["luhn"](b"4111 1111 1111 1111")
    assert CHECKS["mod-97"](b"DE89 3704 0044 0532 0130 00")
    assert not CHECKS["mod-97"](b"DE89 3704 0044 0532 0130 01")
    assert not CHECKS["mod-97"](b"DE89_+")
    assert CHECKS["mod-11-10"](b"36574261809")
    assert not CHECKS["mod-11-10"](b"x")
    assert LONGEST_MATCH == 200
