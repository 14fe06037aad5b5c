"""Tests beside rules: what a company expects of something that passes, and what its rules say instead."""

from __future__ import annotations

from collections.abc import Iterator

from limen.data.documents import Inspected
from limen.data.model import Found
from limen.data.rules.content import content_of
from limen.data.rules.judging import Sender, judge
from limen.data.rules.looked_for import scanner_of
from limen.data.rules.model import Judged, Passing
from limen.data.rules.stated import DataRules, Expected

_KEY = bytes(32)
"""Digests in a test tell values apart and are kept nowhere."""


def unmet(rules: DataRules) -> Iterator[tuple[Expected, Judged]]:
    """Every expectation that these rules don't meet, with what they say.

    Exact data and fingerprints are not found here: what they hold is in the database, and tests need only the folder.
    """
    if not rules.expected:
        return
    scanner = scanner_of(rules, _KEY)
    for one in rules.expected:
        found = scanner.text(one.text.encode()) if one.text else Found()
        inspected = Inspected("text", found, ("",) * len(found.findings), why_not=one.unread)
        judged = judge(rules, _passing(one), content_of(inspected), Sender(one.groups))
        if judged.step is not one.then or (one.rule and one.rule not in judged.rules):
            yield one, judged


def _passing(one: Expected) -> Passing:
    return Passing(
        one.channel,
        person="supposed" if one.groups else "",
        app=one.app,
        outside=one.outside,
        label=one.label,
        has_healthy_device=one.healthy,
    )
