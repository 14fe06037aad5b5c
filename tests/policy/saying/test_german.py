from __future__ import annotations

import re

from limen.policy.saying import english
from limen.policy.saying.german import WORDS


def _fields(message: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", message))


def test_it_says_everything_that_english_does() -> None:
    assert set(WORDS) == set(english.WORDS)


def test_no_message_has_a_value_that_the_english_one_has_not() -> None:
    for key, message in WORDS.items():
        assert message.strip() == message != "", key
        assert _fields(message) == _fields(english.WORDS[key]), key


def test_it_is_german() -> None:
    same = {key for key in WORDS if WORDS[key] == english.WORDS[key]}
    assert same == {"hours.days", "title.limen"}
