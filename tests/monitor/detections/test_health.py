"""What is found about watching itself has words in both languages, which name the same values."""

from __future__ import annotations

import re

import pytest

from limen.monitor.detections import health
from limen.monitor.detections.rule import About

EACH = [one for one in vars(health).values() if isinstance(one, About)]


@pytest.mark.parametrize("about", EACH, ids=lambda about: about.id)
def test_each_says_what_is_so_and_what_to_do_in_both_languages(about: About) -> None:
    assert all((about.title, about.sentence, about.sentence_de, about.next_step, about.next_step_de))
    named = [set(re.findall(r"\{(\w+)\}", text)) for text in (about.sentence, about.sentence_de)]
    assert named[0] == named[1] != set()
