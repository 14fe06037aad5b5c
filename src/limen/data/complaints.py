"""What is wrong with a `data.yaml` whose shape is right: names that nothing bears, what can't be compiled or be met."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from limen.configuration.problem import DECLARE_GROUP, Complaint, shown, unknown
from limen.data.detectors.every import DETECTORS
from limen.data.model import Kind
from limen.data.rules.judging import detectors_of
from limen.data.rules.looked_for import detectors_of as everything_of
from limen.data.rules.model import Channel
from limen.data.rules.own_detectors import CHECKS, LONGEST_WORD, fits, length_of, sure_of
from limen.data.rules.stated import Condition, DataRules
from limen.data.scanning.scanner import MOST
from limen.data.shapes import (
    ConditionShape,
    DetectorsShape,
    DictionaryShape,
    ExactShape,
    ExpectShape,
    FileShape,
    LabelShape,
    OwnShape,
    RuleShape,
)
from limen.data.stating import Shapes
from limen.pillar import Around
from limen.printable import is_printable

KINDS: Final = frozenset(str(one) for one in Kind if one is not Kind.OWN)
_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_LISTED: Final = "`limen data detectors` lists what is looked for"
_OWN_SECTIONS: Final = ("own", "dictionaries", "exact", "fingerprints")


@dataclass(frozen=True, slots=True)
class Names:
    """What conditions may name: `all` that there is, and what of it is not in use."""

    all: frozenset[str]
    off: frozenset[str]

    @classmethod
    def of(cls, file: FileShape) -> Names:
        own = {name for section in _OWN_SECTIONS for name in getattr(file, section)}
        in_use = {
            one.id for one in DataRules(use=frozenset(file.detectors.use), off=frozenset(file.detectors.off)).sought
        }
        off = {name for name in DETECTORS if name not in in_use}
        off |= {kind for kind in KINDS if not in_use & set(detectors_of((kind,)))}
        return cls(frozenset({*DETECTORS, *KINDS, *own}), frozenset(off - own))


def id_complaints(file: FileShape, _names: Names) -> Iterator[Complaint]:
    """Names of the company's that can't be, or are there already."""
    seen: set[str] = set()
    for section in _OWN_SECTIONS:
        for name in getattr(file, section):
            if not _ID.fullmatch(name):
                yield (section, name), f"{shown(name)} can't be a name", "use lowercase letters, digits and hyphens"
            elif name in DETECTORS or name in {str(one) for one in Kind}:
                yield (section, name), f"{name} is a detector or kind of Limen's", "choose another name"
            elif name in seen:
                yield (section, name), f"{name} is there already", "choose another name"
            seen.add(name)


def sought_complaints(shape: DetectorsShape) -> Iterator[Complaint]:
    for key, names in (("use", shape.use), ("off", shape.off)):
        for number, name in enumerate(names):
            if name not in DETECTORS and name not in KINDS:
                yield ("detectors", key, number), *unknown("detector or kind", name, {*DETECTORS, *KINDS}, _LISTED)


def own_complaints(own: Mapping[str, OwnShape]) -> Iterator[Complaint]:
    for name, shape in own.items():
        at = ("own", name)
        try:
            length_of(shape.expression)
        except ValueError as error:
            fix = "see the how-to on data for what an expression may hold"
            yield (*at, "expression"), f"this expression can't be had: {error}", fix
        if shape.check and shape.check not in CHECKS:
            yield (*at, "check"), *unknown("check", shape.check, CHECKS)
        if shape.alone == "never" and not shape.words:
            yield (*at, "alone"), "it would never be found: it has no words", "add `words`, or say how sure it is alone"
        yield from _unprintable((*at, "name"), shape.name)
        for number, word in enumerate(shape.words):
            yield from _unprintable((*at, "words", number), word)


def dictionary_complaints(dictionaries: Mapping[str, DictionaryShape]) -> Iterator[Complaint]:
    for name, shape in dictionaries.items():
        at = ("dictionaries", name, "words")
        wrong = False
        for number, word in enumerate(shape.words):
            if len("".join(word.split())) < 2 or len(word) > LONGEST_WORD or not is_printable(word):
                wrong = True
                yield (*at, number), f"{shown(word)} can't be looked for", f"write 2 to {LONGEST_WORD} letters"
        if not wrong and not fits(shape.words):
            what = "these words are too many to be looked for one by one"
            yield at, what, "declare them below `exact` with one field, and add them with `limen data exact add`"


def exact_complaints(exact: Mapping[str, ExactShape]) -> Iterator[Complaint]:
    for name, shape in exact.items():
        if shape.needs > len(shape.fields):
            what = f"it needs {shape.needs} fields of a row and has {len(shape.fields)}"
            yield ("exact", name, "needs"), what, "name more fields, or need fewer"
        if len(set(shape.fields)) < len(shape.fields):
            yield ("exact", name, "fields"), "a field is named twice", "name each once"


def condition_complaints(at: tuple[str | int, ...], shape: ConditionShape, names: Names) -> Iterator[Complaint]:
    for key, said in (("finds", shape.finds), ("beside", shape.beside)):
        for number, name in enumerate(said):
            if name not in names.all:
                what, fix = unknown("detector, kind or list", name, names.all, _LISTED)
                yield (*at, key, number), what, fix
            elif name in names.off:
                yield (*at, key, number), f"{name} is not in use, so it is never found", "see `detectors`"
    if not (shape.finds or shape.label or shape.unread):
        yield at, "this condition says nothing", "name what it finds, a label, or why something is unread"
    if shape.at_least > 1 and not shape.finds:
        yield (*at, "at_least"), "there is nothing to count", "name what it `finds`"


def rule_complaints(rules: Mapping[int, RuleShape], around: Around) -> Iterator[Complaint]:
    seen: set[str] = set()
    for number, shape in rules.items():
        at = ("rules", number)
        if shape.id in seen:
            yield (*at, "id"), f"there is a rule {shape.id} already", "choose another id"
        seen.add(shape.id)
        for key, people in (("people", shape.people), ("exempt", shape.exempt.people)):
            below: tuple[str | int, ...] = (*at, key) if key == "people" else (*at, key, "people")
            yield from _people_complaints(below, people, around)
        if shape.ask:
            yield from _people_complaints((*at,), [shape.ask], around, key="ask")
        for text_key, text in (("title", shape.title), ("why", shape.why)):
            yield from _unprintable((*at, text_key), text)
        if shape.to == "outside" and not set(shape.channels) - {Channel.DOWNLOAD}:
            what = "what is downloaded goes to nobody outside, so it never applies"
            yield (*at, "to"), what, "leave `to` out, or add other channels"


def label_complaints(labels: Mapping[str, LabelShape], around: Around) -> Iterator[Complaint]:
    for name, shape in labels.items():
        yield from _people_complaints(("labels", name, "lowered_by"), shape.lowered_by, around)


def expected_complaints(
    expected: Mapping[int, ExpectShape], rules: Mapping[int, RuleShape], around: Around
) -> Iterator[Complaint]:
    ids = {one.id for one in rules.values()}
    for number, shape in expected.items():
        if shape.because and shape.because not in ids:
            yield ("expect", number, "because"), *unknown("rule", shape.because, ids)
        for place, group in enumerate(shape.given.groups):
            if around.groups is not None and group not in around.groups:
                yield (
                    ("expect", number, "given", "groups", place),
                    *unknown("group", group, around.groups, DECLARE_GROUP),
                )
        yield from _unprintable(("expect", number, "test"), shape.test)


def can_t_be_met(shapes: Shapes, rules: DataRules) -> Iterator[Complaint]:
    """Conditions that no content meets: rules that would never apply look as if they protected something."""
    detectors = {one.id: one for one in everything_of(rules)}
    dictionaries = {one.id: one for one in rules.dictionaries}
    kept = {name for name, _ in rules.own_names} - {one.id for one in rules.own} - {*dictionaries}

    def most_of(name: str, condition: Condition) -> int:
        if name in kept:
            return MOST
        if name not in detectors or sure_of(detectors[name]) < condition.confidence:
            return 0
        return min(MOST, len(dictionaries[name].words)) if name in dictionaries else MOST

    for at in shapes.conditions:
        condition = shapes.when(str(at[0]), at[1])[int(at[3])]
        for key, said in (("finds", condition.finds), ("beside", condition.beside)):
            most = sum(most_of(one, condition) for one in detectors_of(said))
            if said and not most:
                what = f"none of these is ever found with confidence {condition.confidence.name.lower()}"
                yield (*at, key), what, "say a lower `confidence`"
            elif key == "finds" and said and condition.at_least > most:
                what = f"at most {most} different values of these are counted, so {condition.at_least} is never reached"
                yield (*at, "at_least"), what, f"say {most} or less"


def _people_complaints(
    at: tuple[str | int, ...], people: list[str], around: Around, key: str = ""
) -> Iterator[Complaint]:
    for place, name in enumerate(people):
        where = (*at, key) if key else (*at, place)
        if "@" not in name and around.groups is not None and name not in around.groups:
            yield where, *unknown("group", name, around.groups, f"{DECLARE_GROUP}, or write an email address")


def _unprintable(at: tuple[str | int, ...], text: str) -> Iterator[Complaint]:
    if not is_printable(text):
        yield at, f"{shown(text)} contains characters that can't be displayed", "remove them"
