"""Words and numbers of a text, however it is cut. Law: `tests/laws/test_data_lists.py`."""

from __future__ import annotations

from limen.data.lists.tokens import LONGEST, Tokens, number_of, tokens_of


def test_words_are_folded_and_stand_where_they_stand() -> None:
    text = "Zoë\u00a0MÜLLER–Straße, K-10042".encode()
    tokens = Tokens()
    found = [*tokens.feed(text), *tokens.end()]
    assert [one.decode() for _, _, one in found] == ["zoë", "müller", "strasse", "k", "10042"]
    assert [text[start:end].decode() for start, end, _ in found] == ["Zoë", "MÜLLER", "Straße", "K", "10042"]


def test_what_has_no_border_is_held_back_within_a_bound() -> None:
    tokens = Tokens()
    for _ in range(100):
        list(tokens.feed(b"x" * 1_000))
        assert len(tokens._held) <= LONGEST
    assert tokens_of(b"") == []


def test_numbers_are_keyed_and_never_nothing() -> None:
    assert number_of(b"ann", b"k" * 32) == number_of(b"ann", b"k" * 32) != number_of(b"ann", b"l" * 32)
    assert 0 < number_of(b"ann", b"k" * 32) < 1 << 64
