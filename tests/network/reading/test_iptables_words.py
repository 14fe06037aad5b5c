"""Words of a line, and which of them are options."""

from __future__ import annotations

import pytest

from limen.network.reading.iptables_words import Words


def words(text: str) -> list[str]:
    one, found = Words(text), []
    while not one.is_over:
        found.append(one.next())
    return found


def test_what_stands_in_quotes_is_one_word_and_never_an_option() -> None:
    assert words('-A f  --comment "a \\"b\\" c" -j X') == ["-A", "f", "--comment", 'a "b" c', "-j", "X"]
    one = Words('--comment "-j" x ! -p tcp')
    assert one.next() == "--comment"
    assert list(one.values()) == ["-j", "x"]
    assert one.is_option


@pytest.mark.parametrize("text", ['-A "f', '-A f "', '"\\'])
def test_a_quote_without_its_end_is_no_word(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Words(text)


def test_a_value_that_is_missing_is_said() -> None:
    with pytest.raises(ValueError, match="missing"):
        Words("").next()
