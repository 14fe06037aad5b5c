"""Rules find what they say: compiled ones, with the prefilter and without, what the plainest evaluator finds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.dial import floor, size
from tests.laws.sigma_cases import Maker, finds

from limen.monitor.detections.rule_set import compile_rules

SETS, RULES, EVENTS = size(400), 10, 12


def test_compiled_rules_find_what_the_plainest_evaluator_finds() -> None:
    met: Counter[str] = Counter()
    for seed in range(SETS):
        maker = Maker(seed)
        written = [maker.rule() for _ in range(RULES)]
        text = maker.text_of(written)
        fast = compile_rules({"made.yml": text})
        slow = replace(fast, has_prefilter=False)
        assert fast.problems == (), (seed, fast.problems)
        for number in range(EVENTS):
            event = maker.event(number)
            expected = {rule["id"] for rule in written if finds(rule, event)}
            unfiltered = {rule.id for rule in slow.hits(event)}
            assert unfiltered == expected, (seed, event, [one for one in written if one["id"] in unfiltered ^ expected])
            assert {rule.id for rule in fast.hits(event)} == expected, (seed, event)
            met.update({"hits": len(expected), "pairs": RULES})
    assert met["pairs"] == SETS * RULES * EVENTS
    assert met["hits"] > floor(2_000), met
