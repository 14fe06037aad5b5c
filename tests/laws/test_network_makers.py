"""Whatever the rules, the text for each maker's firewall reads back as what was meant, and whatever somebody changes
in a text is found, or changes nothing. The judge cuts boxes and shares no code with the diagrams that emit by.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.network.emit.makers import TODAY, firewall, random_network
from tests.network.equal import differs

from limen.errors import LimenError
from limen.network.compiling import compiled
from limen.network.emit.makers import told
from limen.network.emit.read_back import UnequalError, refuse_unequal
from limen.network.shapes import MAKERS

_MUTATIONS: Final = 80
"""Of each kind of firewall."""
_SAYS_NOTHING: Final = re.compile(r" remark |^: |^ *set (?:name|logtraffic|comments) |<description>|advfirewall export")
_SWAPPED: Final = {
    "permit": "deny", "deny": "permit", "accept": "deny", "allow": "block", "block": "allow", "tcp": "udp",
    "udp": "tcp", "443": "444", "22": "23", "10.20.0.10": "10.20.0.11", "255.255.255.0": "255.255.0.0",
    "any": "host", "yes": "no", "always": "nights", "ALL": "nothing", "/24": "/23", "/64": "/63", "in": "out",
    "enable=yes": "enable=no", "interzone": "intrazone", "53": "54",
}  # fmt: skip


@pytest.mark.parametrize("kind", MAKERS)
@settings(max_examples=size(80), deadline=None)
@given(seed=st.integers(0, 1 << 32), internet=st.booleans())
def test_what_is_told_reads_back_equal(kind: str, seed: int, internet: bool) -> None:
    network = random_network(random.Random(seed), internet=internet)
    rules = told(network, firewall(kind, *(["wan1"] if internet else [])), TODAY)
    reading = rules.read(rules.text)
    if not internet:
        assert differs(rules.meant, reading.ruleset) is None
    if kind != "windows":
        wanted = compiled(network, TODAY)
        assert all(wanted.allows(one) for one in _let_through(rules.meant))


def _let_through(ruleset):
    """A packet of each rule that lets some through."""
    for rule in ruleset.rules:
        found = rule.box.first(rule.from_zone, rule.to_zone)
        if ruleset.allows(found):
            yield found


@pytest.mark.parametrize("kind", MAKERS)
def test_what_somebody_changes_in_a_text_is_found(kind: str) -> None:
    found = 0
    for seed in range(size(_MUTATIONS)):
        chance = random.Random(seed)
        rules = told(random_network(chance), firewall(kind), TODAY)
        text = _mutated(rules.text, chance)
        try:
            reading = rules.read(text)
            refuse_unequal(reading, rules.meant, kind, _beside(rules.text))
        except UnequalError:
            found += 1
        except LimenError:
            found += 1  # it can't be read at all
        else:
            assert differs(rules.meant, reading.ruleset) is None, f"seed {seed}"
    assert found >= size(_MUTATIONS) // 3


def _beside(text: str) -> list[str]:
    return [line for line in text.splitlines() if "Core Networking" in line]


def _mutated(text: str, chance: random.Random) -> str:
    change = chance.choice((_without_a_line, _with_a_line_twice, _with_two_swapped, _with_another_word))
    return change([one for one in text.splitlines() if one.strip() and not _SAYS_NOTHING.search(one)], chance)


def _without_a_line(lines: list[str], chance: random.Random) -> str:
    at = chance.randrange(len(lines))
    return "\n".join([*lines[:at], *lines[at + 1 :]])


def _with_a_line_twice(lines: list[str], chance: random.Random) -> str:
    at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
    return "\n".join([*lines[:to], lines[at], *lines[to:]])


def _with_two_swapped(lines: list[str], chance: random.Random) -> str:
    at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[at], lines[to] = lines[to], lines[at]
    return "\n".join(lines)


def _with_another_word(lines: list[str], chance: random.Random) -> str:
    text = "\n".join(lines)
    places = [(found.start(), found.end(), other) for word, other in _SWAPPED.items() for found in _words(word)(text)]
    start, end, other = chance.choice(places)
    return text[:start] + other + text[end:]


def _words(word: str) -> Callable[[str], list[re.Match[str]]]:
    return lambda text: list(re.finditer(rf"(?<![\w.]){re.escape(word)}(?![\w.])", text))
