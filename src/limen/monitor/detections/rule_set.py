"""The rules in force, and which of them an event meets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import msgspec

from limen.configuration.problem import Problem, did_you_mean, shown
from limen.monitor.detections.event_view import EventView
from limen.monitor.detections.group import Group
from limen.monitor.detections.rule import Correlation, Rule
from limen.monitor.detections.rule_file import RuleFile, read_rules
from limen.monitor.normal_form.event import NormalEvent

MAX_RULES: Final = 20_000
_MOST_SOURCES: Final = 1_024
"""For so many different log sources of events what applies is remembered."""
_WIDER: Final = {"registry_event": frozenset(("registry_add", "registry_delete", "registry_set", "registry_rename"))}
"""Categories of Sigma that take in others."""
Source: TypeAlias = tuple[str, str, str]
"""Product, category and service, in lower case; "" of a rule's is any."""


@dataclass(slots=True)
class RuleSet:
    """Rules that were compiled. `problems` names what was refused, each with its file and line."""

    rules: tuple[Rule, ...]
    correlations: tuple[Correlation, ...]
    problems: tuple[Problem, ...] = ()
    has_prefilter: bool = True
    """Without, each event is held against every rule: the same hits, slower."""
    _groups: dict[Source, Group] = field(init=False, repr=False)
    _of_events: dict[Source, tuple[Group, ...]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        by_source: dict[Source, list[Rule]] = {}
        for rule in self.rules:
            by_source.setdefault((rule.product, rule.category, rule.service), []).append(rule)
        self._groups = {source: Group(rules, has_prefilter=self.has_prefilter) for source, rules in by_source.items()}

    @property
    def everything(self) -> tuple[Rule | Correlation, ...]:
        return (*self.rules, *self.correlations)

    def hits(self, event: NormalEvent) -> list[Rule]:
        """The rules over single events that this event meets. What fails counts as not met."""
        return self.found(EventView(event), [])

    def found(self, view: EventView, failed: list[tuple[Rule, Exception]]) -> list[Rule]:
        """As `hits`; what failed is added to `failed`."""
        event = view.event
        source = (event.product.lower(), event.category.lower(), event.service.lower())
        groups = self._of_events.get(source)
        if groups is None:
            groups = tuple(group for asked, group in self._groups.items() if applies(asked, source))
            if len(self._of_events) >= _MOST_SOURCES:
                self._of_events.clear()
            self._of_events[source] = groups
        found: list[Rule] = []
        for group in groups:
            group.find(view, found, failed)
        return found

    def slow(self) -> list[tuple[Rule, int]]:
        """The rules that are above their budget, with their cost of an event on average, in microseconds."""
        return [one for group in self._groups.values() for one in group.slow()]


def applies(asked: Source, source: Source) -> bool:
    """Do rules with this log source look at events of that one?"""
    product, category, service = asked
    is_category = not category or category == source[1] or source[1] in _WIDER.get(category, ())
    return is_category and product in {"", source[0]} and service in {"", source[2]}


def compile_rules(texts: Mapping[str, str]) -> RuleSet:
    """The rules in `texts`, by the names of their files. What is wrong is in `problems`; the others are in force."""
    return put_together(read_rules(file, text) for file, text in texts.items())


def put_together(files: Iterable[RuleFile]) -> RuleSet:
    """The rules of all these files; of two that claim one id or name, the first is in force."""
    rules: list[Rule] = []
    correlations: list[Correlation] = []
    problems: list[Problem] = []
    for file in files:
        rules += file.rules
        correlations += file.correlations
        problems += file.problems
    return resolved(rules, correlations, problems)


def resolved(rules: Iterable[Rule], correlations: Iterable[Correlation], problems: Iterable[Problem] = ()) -> RuleSet:
    """The same with references looked up: what is there twice, or refers to nothing or to itself, is refused."""
    wrong = list(problems)
    known: dict[str, Rule | Correlation] = {}
    kept = [rule for rule in rules if _is_new(rule, known, wrong)]
    if len(kept) > MAX_RULES:
        wrong.append(Problem("", 0, 0, f"there are more than {MAX_RULES} rules", "leave some out"))
        kept = kept[:MAX_RULES]
    waiting = [one for one in correlations if _is_new(one, known, wrong)]
    ids = {key: one.id for key, one in known.items()}
    ready: list[Correlation] = []
    while waiting:
        placed = {rule.id for rule in kept} | {one.id for one in ready}
        now = [one for one in waiting if all(ids.get(name) in placed for name in one.rules)]
        if not now:
            wrong += [_dangling(one, known) for one in waiting]
            break
        ready += [_by_id(one, ids) for one in now]
        waiting = [one for one in waiting if one not in now]
    return RuleSet(tuple(kept), tuple(ready), tuple(sorted(wrong)))


def _is_new(rule: Rule | Correlation, known: dict[str, Rule | Correlation], problems: list[Problem]) -> bool:
    about = rule.about
    for key in filter(None, (about.id, about.name)):
        if key in known:
            other = known[key].about
            what = f"rule {shown(about.title)}: {key} is rule {shown(other.title)} in {other.file}, too"
            problems.append(Problem(about.file, about.line, 1, what, "give it an id and a name of its own"))
            return False
    known.update({key: rule for key in (about.id, about.name) if key})
    return True


def _by_id(one: Correlation, ids: Mapping[str, str]) -> Correlation:

    aliases = {
        alias: {ids[name]: field for name, field in fields.items() if name in ids}
        for alias, fields in one.aliases.items()
    }
    by_id: Correlation = msgspec.structs.replace(one, rules=tuple(ids[name] for name in one.rules), aliases=aliases)
    return by_id


def _dangling(one: Correlation, known: Mapping[str, Rule | Correlation]) -> Problem:
    about = one.about
    missing = next((name for name in one.rules if name not in known), None)
    if missing is None:
        what, fix = "what it counts was refused, or leads back to itself", "see the other problems of this file"
    else:
        what, fix = f"there is no rule {shown(missing)}", did_you_mean(missing, known)
    return Problem(about.file, about.line, 1, f"rule {shown(about.title)}: {what}", fix)
