"""What is other in a new `data.yaml`, in one line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from limen.configuration.differing import differing
from limen.configuration.lengths import length_text
from limen.data.inventory import stores_section
from limen.data.rules.model import Channel
from limen.data.rules.stated import (
    NO_RULES,
    Condition,
    DataRules,
    Dictionary,
    ExactSet,
    FingerprintSet,
    LabelRule,
    OwnDetector,
    Rule,
)
from limen.messages import lists

_MOST_NAMED = 6


def changes(before: DataRules | None, after: DataRules | None) -> Iterator[str]:
    """One line for each label, rule, detector, list and test that is new, gone or other."""
    was, now = before or NO_RULES, after or NO_RULES
    if was.use != now.use:
        yield f"Of Limen's detectors are in use: {_named(now.use) or 'all'} (was: {_named(was.use) or 'all'})"
    if was.off != now.off:
        yield f"Of Limen's detectors are off: {_named(now.off) or 'none'} (was: {_named(was.off) or 'none'})"
    yield from _each("label", {one.label.word: one for one in was.labels}, {one.label.word: one for one in now.labels})
    yield from _each("detector", _by_id(was.own), _by_id(now.own))
    yield from _each("dictionary", _by_id(was.dictionaries), _by_id(now.dictionaries))
    yield from _each("exact data", _by_id(was.exact), _by_id(now.exact))
    yield from _each("fingerprints", _by_id(was.fingerprints), _by_id(now.fingerprints))
    yield from _each("sharing rule", _by_id(was.rules), _by_id(now.rules))
    yield from stores_section.changes(*({one.name: one for one in rules.stores} for rules in (was, now)))
    old, new = ({one.title: one for one in rules.expected} for rules in (was, now))
    for title, before_it, after_it in differing(old, new):
        is_what = "new" if before_it is None else "removed" if after_it is None else "changed"
        yield f"The test of sharing rules “{title}” is {is_what}"


def _by_id(some: Iterable[Any]) -> dict[str, Any]:
    return {one.id: one for one in some}


def _each(noun: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name, old, new in differing(before, after):
        if new is None:
            yield f"The {noun} {name} is gone: {said(old)}"
        elif old is None:
            yield f"New {noun} {name}: {said(new)}"
        else:
            yield f"The {noun} {name} changes: {said(new)} (was: {said(old)})"


def said(one: Any) -> str:
    """A part of the file as people read it."""
    match one:
        case Rule():
            return _rule(one)
        case LabelRule():
            return _label(one)
        case OwnDetector():
            alone = one.alone.name.lower() if one.alone else "never"
            return f"“{one.name}”, {one.expression}, alone {alone}, beside its words {one.beside_words.name.lower()}"
        case Dictionary():
            return f"“{one.name}”, {lists.joined(one.words, most=_MOST_NAMED)}, {one.confidence.name.lower()}"
        case ExactSet():
            return f"“{one.name}”, {one.needs} of {lists.joined(one.fields)} within {one.within} bytes"
        case FingerprintSet():
            return f"“{one.name}”, {one.share} % of a document or {one.passage} words of it"
    raise TypeError(type(one))


def _rule(rule: Rule) -> str:
    parts = [f"{rule.then.name.lower()} by {lists.joined(one for one in map(str, Channel) if one in rule.channels)}"]
    parts += ["to others than the company"] if rule.outside else []
    parts += ["from devices not known to be healthy"] if rule.unhealthy else []
    parts += [f"of {_named(rule.people)}"] if rule.people else []
    parts += [f"in {_named(rule.apps)}"] if rule.apps else []
    exempt = rule.exempt.people | rule.exempt.apps | rule.exempt.domains
    without = f", but not for {_named(exempt)}" if exempt else ""
    return f"{' '.join(parts)}{without}, where it {' or '.join(map(condition_said, rule.when))}"


def _label(one: LabelRule) -> str:
    parts = [f"strength {one.strength}"] if one.strength else []
    parts += ["healthy devices"] if one.healthy else []
    parts += [f"signed in within {length_text(one.session_ms)}"] if one.session_ms else []
    parts += ["shared inside alone"] if one.inside else []
    parts += ["encrypted"] if one.encrypted else []
    parts += [f"kept {length_text(one.kept_ms)}"] if one.kept_ms else []
    elsewhere = f"; at Microsoft {_named(one.microsoft)}" if one.microsoft else ""
    lowered = f"; lowered by {_named(one.lowered_by)}" if one.lowered_by else ""
    of_content = f"; content that {' or '.join(map(condition_said, one.when))}" if one.when else ""
    return f"needs {lists.joined(parts) if parts else 'nothing'}{of_content}{elsewhere}{lowered}"


def condition_said(one: Condition) -> str:
    """`holds 5 of bank, tax (medium)`."""
    parts = []
    if one.finds:
        number = f"{one.at_least} of " if one.at_least > 1 else ""
        parts.append(f"holds {number}{lists.joined(one.finds, 'or', most=_MOST_NAMED)} ({one.confidence.name.lower()})")
    parts += [f"stands beside {lists.joined(one.beside, 'or', most=_MOST_NAMED)}"] if one.beside else []
    parts += [f"is {one.label.word} or higher"] if one.label is not None else []
    parts += [f"can't be read ({_named(one.unread)})"] if one.unread else []
    return " and ".join(parts)


def _named(names: Iterable[str]) -> str:
    return lists.joined(sorted(map(str, names)), most=_MOST_NAMED)
