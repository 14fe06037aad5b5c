"""What is sound in a `data.yaml` and perhaps not meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from limen.data.links.model import CLOUDS
from limen.data.rules.model import Channel, Step
from limen.data.rules.stated import DataRules, Rule
from limen.facts import Label
from limen.messages import lists

_OF_APPS: Final = frozenset({Channel.UPLOAD, Channel.DOWNLOAD})


def notes(rules: DataRules, _today: date) -> Iterator[tuple[str, str]]:
    """What, and what to do about it. While every rule only watches, nobody was promised that anything is stopped."""
    only_watches = bool(rules.rules) and all(one.then is Step.WATCH for one in rules.rules)
    strict = [one.id for one in rules.rules if one.then > Step.WATCH]
    tested = {one.rule for one in rules.expected}
    if untested := [one for one in strict if one not in tested]:
        yield (
            f"no test names {lists.joined(untested)}, so nobody notices where it stops what it should not",
            "add one below `expect` with `because`",
        )
    by_link = [one.id for one in rules.rules if Channel.LINK in one.channels]
    if by_link and not any(one.kind in CLOUDS for one in rules.stores):
        yield (
            f"no cloud drive is stated, so Limen learns of no links, and {lists.joined(by_link)} says `link`",
            "state the drives below `stores`, or take `link` out of its channels",
        )
    if not only_watches and (
        unheld := [one.label.word for one in rules.labels if one.inside and not _is_held(rules, one.label)]
    ):
        yield (
            f"`sharing: inside` stops nothing by itself, and no rule stops what is labelled {lists.joined(unheld)}",
            "say a rule with `to: outside`, `when: [{label: …}]` and `then: warn` or stricter",
        )
    has_labels = any(one.when for one in rules.labels)
    if has_labels and not only_watches and not any(_looks_into_downloads(one) for one in rules.rules):
        yield (
            "no rule looks into downloads on healthy devices, so policies hold there only where one names documents",
            "say a rule with `channels: [download]` and without `device`; `then: watch` is enough",
        )
    blind = [
        one.id for one in rules.rules if one.then > Step.WATCH and (one.channels & _OF_APPS) - _unread(rules, one.then)
    ]
    if blind:
        yield (
            f"{lists.joined(blind)} stops only what can be looked into, of what apps are sent or send",
            "add a rule of the same step with `unread`: encrypted, broken, unknown-kind, too-large, too-deep, too-many",
        )
    if rules.labels and not any(one.when for one in rules.labels):
        yield "no content has a label by itself", "say `when` of one below `labels`"


def _is_held(rules: DataRules, label: Label) -> bool:
    """Whether a rule stops something with this label."""
    stopping = (one for one in rules.rules if one.then > Step.WATCH)
    return any(each.label is not None and each.label <= label for one in stopping for each in one.when)


def _looks_into_downloads(rule: Rule) -> bool:
    return Channel.DOWNLOAD in rule.channels and not rule.unhealthy


def _unread(rules: DataRules, step: Step) -> frozenset[Channel]:
    """The channels in which some rule does as much about what can't be looked into."""
    strict = [one for one in rules.rules if one.then >= step and any(each.unread for each in one.when)]
    return frozenset(channel for one in strict for channel in one.channels)
