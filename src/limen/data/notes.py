"""What is sound in a `data.yaml` and perhaps not meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from limen.data.rules.model import Channel, Step
from limen.data.rules.stated import DataRules
from limen.messages import lists

_OF_APPS: Final = frozenset({Channel.UPLOAD, Channel.DOWNLOAD})


def notes(rules: DataRules, _today: date) -> Iterator[tuple[str, str]]:
    """What, and what to do about it."""
    strict = [one.id for one in rules.rules if one.then > Step.WATCH]
    tested = {one.rule for one in rules.expected}
    if untested := [one for one in strict if one not in tested]:
        yield (
            f"no test names {lists.joined(untested)}, so nobody notices where it stops what it should not",
            "add one below `expect` with `because`",
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


def _unread(rules: DataRules, step: Step) -> frozenset[Channel]:
    """The channels in which some rule does as much about what can't be looked into."""
    strict = [one for one in rules.rules if one.then >= step and any(each.unread for each in one.when)]
    return frozenset(channel for one in strict for channel in one.channels)
