from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st
from tests.dial import size

from limen.monitor.normal_form.texts import (
    LONGEST_COLUMN,
    LONGEST_VALUE,
    address,
    has_no_controls,
    line,
    number,
    port,
    text,
)


def test_what_moves_a_cursor_is_shown_and_lines_of_scripts_stay() -> None:
    assert text("a\x1b[2Jb\r\nc\td\u202e") == "a\\u001b[2Jb\nc\td\\u202e"
    assert line("a\nb\tc\x00") == "a\\nb\\tc\\u0000"


@settings(max_examples=size(1_000), deadline=None)
@given(st.one_of(st.text(), st.text(st.characters(max_codepoint=0xFF)), st.sampled_from([*map(chr, range(256))])))
def test_what_has_no_controls_is_what_python_calls_printable(value: str) -> None:
    assert has_no_controls(value) == value.isprintable()


def test_lengths_are_bounded() -> None:
    assert (len(text("x" * 100_000)), len(line("x" * 100_000))) == (LONGEST_VALUE, LONGEST_COLUMN)


@pytest.mark.parametrize("nothing", ["", "-", "N/A", None, {}, [], [1, {}]])
def test_nothing_is_nothing(nothing: object) -> None:
    assert line(nothing) == ""


def test_a_column_takes_numbers_and_lists_of_texts() -> None:
    assert (line(7), line(True), line(["a", "b"])) == ("7", "true", "a, b")


@pytest.mark.parametrize(
    ("written", "found"), [("17", 17), ("0x1f90", 8080), (9, 9), (-1, 0), ("x", 0), (1 << 60, 0), ("٣", 0), (2.9, 2)]
)
def test_numbers(written: object, found: int) -> None:
    assert number(written) == found


def test_a_port_is_one() -> None:
    assert (port("443"), port(70_000)) == (443, 0)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("203.0.113.9:443", "203.0.113.9"),
        ("[2001:DB8::1]:443", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("localhost", ""),
        ("203.0.113.9.evil.example", ""),
        (7, ""),
    ],
)
def test_addresses_are_canonical(written: object, found: str) -> None:
    assert address(written) == found
