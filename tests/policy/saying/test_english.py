from __future__ import annotations

import re

from limen.policy.saying.english import WORDS


def test_no_message_is_empty_and_each_names_its_values() -> None:
    for key, message in WORDS.items():
        assert message.strip() == message != "", key
        assert re.fullmatch(r"[^{}]*(\{[a-z]+(:02|:\.\d)?\}[^{}]*)*", message), key


def test_what_is_said_to_the_person_has_no_place_for_a_threshold() -> None:
    """Not the value that was wanted, nor the one that was seen, nor a policy's text: none can slip in."""
    for key, message in WORDS.items():
        if key.startswith(("self.", "do.self.", "holds.", "fails.", "mend.", "headline.", "done.", "withheld.")):
            fields = set(re.findall(r"\{(\w+)", message))
            assert fields <= {"app", "factors", "at", "whom", "action", "groups", "done", "what", "why"}, key
            assert not re.search(r"\d", message), key
