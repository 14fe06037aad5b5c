"""A rule's own examples, tried: each event it must find, and each that it must not.

An example is a mapping of the columns of `NormalEvent`; the source's own names stand below `fields`. What is not
written is as the rule's log source has it. An example of a correlation is a list of these, each with `at` in seconds;
one with `times: 20` stands for twenty, `every` so many seconds, and `{n}` in its texts is the number of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from limen.clock import SECOND, Instant
from limen.configuration.problem import Problem, did_you_mean, shown
from limen.monitor.detections.rule import Correlation, Rule
from limen.monitor.detections.rule_set import RuleSet
from limen.monitor.detections.sigma import SigmaDetector
from limen.monitor.normal_form.event import NormalEvent

NOW: Instant = 1_767_261_600_000
"""When examples happen that do not say when: 2026-01-01, 10:00 UTC."""
MOST_TIMES: Final = 5_000


def wrong_examples(rule_set: RuleSet) -> list[Problem]:
    """The examples that do not come out as they say, each named with its rule and place."""
    return [problem for rule in rule_set.everything for problem in wrong_examples_of(rule, rule_set)]


def wrong_examples_of(rule: Rule | Correlation, rule_set: RuleSet) -> Iterator[Problem]:
    """The examples of one rule that do not come out as they say. `rule_set` has those that it counts."""
    about = rule.about
    for kind, examples in (("positive", about.examples.positive), ("negative", about.examples.negative)):
        for number, example in enumerate(examples, 1):
            try:
                is_found = finds(rule, rule_set, events_of(example, rule, rule_set))
            except ValueError as error:
                what, fix = str(error), "write what the source itself calls it below `fields:`"
            else:
                if is_found == (kind == "positive"):
                    continue
                what = "it is not found" if kind == "positive" else "it is found"
                fix = "change the rule or the example"
            said = f"rule {shown(about.title)}: {kind} example {number}: {what}"
            yield Problem(about.file, about.line, 1, said, fix)


def finds(rule: Rule | Correlation, rule_set: RuleSet, events: Sequence[NormalEvent]) -> bool:
    """Does the rule, with those it counts and no others, find something in these events?"""
    needed = _needed(rule, rule_set)
    alone = SigmaDetector(
        RuleSet(
            tuple(one for one in rule_set.rules if one.id in needed),
            tuple(one for one in rule_set.correlations if one.id in needed),
        )
    )
    found = [hit.rule for event in events for hit in alone.feed(event)]
    return rule.id in found


def events_of(example: Any, rule: Rule | Correlation, rule_set: RuleSet) -> list[NormalEvent]:
    """The events of an example. Raises ValueError with what can't be read."""
    written = example if isinstance(example, list) else [example]
    base = _first_rule(rule, rule_set)
    return [_event(one, base, number) for number, one in enumerate(each for one in written for each in _times(one))]


def _times(written: Any) -> Iterator[Any]:
    """An event as often as it says. Raises ValueError where it says so in a way that can't be read."""
    if not isinstance(written, dict) or not written.keys() & {"times", "every"}:
        yield written
        return
    times, every, at = written.get("times", 1), written.get("every", 1), written.get("at", 0)
    if not isinstance(times, int) or not 1 <= times <= MOST_TIMES:
        raise ValueError(f"`times` is a number from 1 to {MOST_TIMES}, and not {shown(times)}")
    if not isinstance(every, int | float) or not isinstance(at, int | float):
        raise ValueError(f"`every` and `at` are seconds, and not {shown(every)} and {shown(at)}")  # noqa: TRY004
    one = {key: value for key, value in written.items() if key not in {"times", "every"}}
    for number in range(times):
        yield {**_numbered(one, number), "at": at + number * every}


def _numbered(value: Any, number: int) -> Any:
    if isinstance(value, dict):
        return {key: _numbered(one, number) for key, one in value.items()}
    if isinstance(value, list):
        return [_numbered(one, number) for one in value]
    return value.replace("{n}", str(number + 1)) if isinstance(value, str) else value


def _event(written: Any, base: Rule | None, number: int) -> NormalEvent:
    if not isinstance(written, dict):
        raise ValueError(f"{shown(written)} is no event")  # noqa: TRY004 -- what a file says, not a type of ours
    columns = NormalEvent.__struct_fields__
    for key in written:
        if key not in columns:
            meant = did_you_mean(str(key), columns, "see `fields`")
            raise ValueError(f"there is no column {shown(key)} of Limen's own ({meant})")
    at = written.get("at", number)
    if not isinstance(at, int | float) or not 0 <= at <= 10**9:
        raise ValueError(f"`at` is seconds, and not {shown(at)}")
    when = NOW + int(at * SECOND)
    source = {"product": base.product, "category": base.category, "service": base.service} if base else {}
    named = (base.source if base else "") or "example"
    whole = {"uid": f"example-{number}", "source": named, **source, **written, "at": when, "received_at": when}
    try:
        return msgspec.convert(whole, NormalEvent, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None


def _first_rule(rule: Rule | Correlation, rule_set: RuleSet) -> Rule | None:
    if isinstance(rule, Rule):
        return rule
    by_id = {one.id: one for one in rule_set.everything}
    first = by_id.get(rule.rules[0]) if rule.rules else None
    return _first_rule(first, rule_set) if first else None


def _needed(rule: Rule | Correlation, rule_set: RuleSet) -> set[str]:
    by_id = {one.id: one for one in rule_set.correlations}
    needed, waiting = set[str](), [rule.id]
    while waiting:
        one = waiting.pop()
        if one not in needed:
            needed.add(one)
            waiting += by_id[one].rules if one in by_id else ()
    return needed
