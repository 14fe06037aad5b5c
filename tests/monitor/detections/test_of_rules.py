from __future__ import annotations

import re

import pytest

from limen.monitor.detections.of_rules import OF_RULES
from limen.monitor.detections.rule import About


@pytest.mark.parametrize("about", OF_RULES, ids=lambda about: about.id)
def test_both_languages_name_the_same_values(about: About) -> None:
    named = [set(re.findall(r"\{(\w+)\}", text)) for text in (about.sentence, about.sentence_de)]
    assert named[0] == named[1] != set()
    assert about.next_step
    assert about.next_step_de
