"""From how `data.yaml` is written to what it says, where nothing is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from limen.configuration.lengths import length_of
from limen.data.documents import WhyNot
from limen.data.inventory.model import Store
from limen.data.model import Confidence
from limen.data.rules.model import Channel
from limen.data.rules.own_detectors import length_of as longest_match
from limen.data.rules.stated import (
    Condition,
    DataRules,
    Dictionary,
    ExactSet,
    Exempt,
    Expected,
    FingerprintSet,
    LabelRule,
    OwnDetector,
    Rule,
)
from limen.data.shapes import (
    STEPS,
    ConditionShape,
    DictionaryShape,
    ExactShape,
    ExpectShape,
    FileShape,
    FingerprintShape,
    LabelShape,
    OwnShape,
    RuleShape,
)
from limen.facts import Label


@dataclass(frozen=True, slots=True)
class Shapes:
    """What could be read of each section, by its name or its place in the list; `conditions` by all their keys."""

    labels: dict[str, LabelShape]
    own: dict[str, OwnShape]
    dictionaries: dict[str, DictionaryShape]
    exact: dict[str, ExactShape]
    fingerprints: dict[str, FingerprintShape]
    rules: dict[int, RuleShape]
    conditions: dict[tuple[str | int, ...], ConditionShape]
    expect: dict[int, ExpectShape]

    def when(self, section: str, key: str | int) -> tuple[Condition, ...]:
        """The conditions of a rule or a label."""
        return tuple(_condition(shape) for at, shape in self.conditions.items() if at[:2] == (section, key))


def stated(file: FileShape, shapes: Shapes, lines: Mapping[int, int], stores: tuple[Store, ...] = ()) -> DataRules:
    """What the file says. `lines` are those of its tests, by their places in the list."""
    return DataRules(
        labels=tuple(_label(name, one, shapes.when("labels", name)) for name, one in sorted(shapes.labels.items())),
        use=frozenset(file.detectors.use),
        off=frozenset(file.detectors.off),
        own=tuple(own_of(name, one) for name, one in sorted(shapes.own.items())),
        dictionaries=tuple(
            Dictionary(name, one.name, tuple(sorted(set(one.words))), _sure(one.confidence))
            for name, one in sorted(shapes.dictionaries.items())
        ),
        exact=tuple(
            ExactSet(name, one.name, tuple(one.fields), one.needs, one.within)
            for name, one in sorted(shapes.exact.items())
        ),
        fingerprints=tuple(
            FingerprintSet(name, one.name, one.share, one.passage) for name, one in sorted(shapes.fingerprints.items())
        ),
        rules=tuple(
            sorted((_rule(one, shapes.when("rules", at)) for at, one in shapes.rules.items()), key=lambda it: it.id)
        ),
        expected=tuple(_expected(one, lines.get(number, 0)) for number, one in sorted(shapes.expect.items())),
        stores=tuple(sorted(stores, key=lambda one: one.name)),
    )


def own_of(name: str, one: OwnShape) -> OwnDetector:
    """Raises ValueError where its expression can't be had."""
    alone = None if one.alone == "never" else _sure(one.alone)
    longest = longest_match(one.expression)
    return OwnDetector(
        name, one.name, one.expression, longest, tuple(one.words), one.check, alone, _sure(one.beside_words)
    )


def _condition(one: ConditionShape) -> Condition:
    return Condition(
        tuple(dict.fromkeys(one.finds)),
        one.at_least,
        _sure(one.confidence),
        tuple(dict.fromkeys(one.beside)),
        _label_of(one.label),
        frozenset(map(WhyNot, one.unread)),
    )


def _rule(one: RuleShape, when: tuple[Condition, ...]) -> Rule:
    exempt = one.exempt
    return Rule(
        one.id,
        one.title,
        frozenset(map(Channel, one.channels)),
        when,
        STEPS[one.then],
        _folded(one.people),
        frozenset(one.apps),
        one.to == "outside",
        one.device == "unhealthy",
        Exempt(_folded(exempt.people), frozenset(exempt.apps), _folded(exempt.domains)),
        one.why,
        one.ask,
    )


def _label(name: str, one: LabelShape, when: tuple[Condition, ...]) -> LabelRule:
    return LabelRule(
        Label[name.upper()],
        when,
        one.strength,
        one.device == "healthy",
        length_of(one.session) if one.session else 0,
        one.sharing == "inside",
        one.encrypted,
        length_of(one.kept) if one.kept else 0,
        _folded(one.microsoft),
        _folded(one.lowered_by),
    )


def _expected(one: ExpectShape, line: int) -> Expected:
    given = one.given
    return Expected(
        one.test,
        STEPS[one.expect],
        one.text,
        Channel(given.channel),
        frozenset(given.groups),
        given.app,
        frozenset(given.outside),
        {"healthy": True, "unhealthy": False, "unknown": None}[given.device],
        _label_of(given.label),
        frozenset(map(WhyNot, given.unread)),
        one.because,
        line,
    )


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(one.casefold() for one in names)


def _sure(word: str) -> Confidence:
    return Confidence[word.upper()]


def _label_of(word: str | None) -> Label | None:
    return None if word is None else Label[word.upper()]
