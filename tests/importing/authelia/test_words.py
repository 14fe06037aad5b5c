from __future__ import annotations

import pytest

from limen.clock import DAY, HOUR, MINUTE, SECOND
from limen.importing.authelia.words import is_filled_in, length, words


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (3600, HOUR),
        ("3600", HOUR),
        ("1h", HOUR),
        ("5m", 5 * MINUTE),
        ("1M", 30 * DAY),
        ("1 hour and 30 minutes", 90 * MINUTE),
        ("1h30m", 90 * MINUTE),
        ("2 weeks", 14 * DAY),
        ("45 seconds", 45 * SECOND),
        ("soon", None),
        ("1 hour!", None),
        (True, None),
        (None, None),
        ("", None),
        ("1x", None),
        ("9" * 200, None),
    ],
)
def test_a_length_of_time(said: object, meant: int | None) -> None:
    assert length(said) == meant


def test_one_word_may_stand_for_a_list() -> None:
    assert (words("a"), words(["a", "b"]), words(None)) == (["a"], ["a", "b"], [])


def test_what_is_filled_in_later_is_not_here() -> None:
    assert is_filled_in('{{ secret "/x" }}')
    assert is_filled_in("${PASSWORD}")
    assert [one for one in ("$NAME", "a$1", "$$", "${X-y}") if not is_filled_in(one)] == []
    assert [one for one in ("plain", "^/a$", "^/(a$|b$)", "5 $ each") if is_filled_in(one)] == []
