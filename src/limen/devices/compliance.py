"""Whether a device is healthy: every check that is asked for, what it comes to, and when it begins to count.

Where other sources tell of a device besides its agent, the worst word of all counts, unless the company's rules say
whose word decides a check; nothing else that a source says in a device's favour counts. Pure: the rules, the last
report, what others say and since when what has failed go in, and an answer comes out that anybody can repeat.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from msgspec import Struct, structs

from limen.clock import Instant
from limen.devices.model import Posture, Said
from limen.devices.signals import sensors
from limen.devices.verdicts import Found, Verdict, found
from limen.facts import CHECKS
from limen.facts.device_rules import BASELINE, DeviceRules, Requirement, Severity, due
from limen.messages import gettext_noop

COMPLIANT: Final = "compliant"
NON_COMPLIANT: Final = "non_compliant"
UNKNOWN: Final = "unknown"
MANAGEMENT: Final = "management"
_GOOD: Final = frozenset({Verdict.PASS, Verdict.NOT_APPLICABLE})
_WORST_FIRST: Final = {
    one: n for n, one in enumerate((Verdict.FAIL, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE, Verdict.PASS))
}


class Judged(Struct, frozen=True, gc=False):
    """One check. Where it is not good: since when, and `due_at`, from when on that counts (0: it never does).

    `source`: by whose word ("": the agent's), of `at` (0: nobody said anything).
    """

    check: str
    requirement: Requirement
    found: Found
    since: Instant = 0
    due_at: Instant = 0
    evidence: str = ""
    source: str = ""
    at: Instant = 0

    @property
    def is_good(self) -> bool:
        return self.found.verdict in _GOOD

    def counts(self, now: Instant) -> bool:
        """Whether it takes the device's health away now."""
        return not self.is_good and self.due_at != 0 and now >= self.due_at


@dataclass(frozen=True, slots=True)
class Health:
    """What a report comes to at an instant. It stays so until `due_at` (0: until the next report).

    `blocks`: a check counts that also ends what is signed in on the device.
    """

    compliance: str
    passing: frozenset[str]
    checks: tuple[Judged, ...]
    due_at: Instant = 0
    blocks: bool = False

    @property
    def failing_since(self) -> dict[str, Instant]:
        return {one.check: one.since for one in self.checks if not one.is_good}

    @property
    def not_good(self) -> tuple[Judged, ...]:
        return tuple([one for one in self.checks if not one.is_good])


def judge(rules: DeviceRules, platform: str, reported: Posture, now: Instant) -> Health:
    """What the last report and others' words come to now. A device that never reported is not known to be healthy."""
    said = sensors.said(rules.signals.values(), platform, reported, now)
    checks = tuple(
        [
            judged(check, requirement, rules, reported, now, said)
            for check in CHECKS
            if (requirement := _asked(rules, check, platform, reported)) is not None
        ]
    )
    if not reported.at:
        return Health(UNKNOWN, frozenset(), checks)
    passing = [*_passing(checks, rules, reported, now, said)]
    counting = [one for one in checks if one.counts(now)]
    coming = [one.due_at for one in checks if not one.is_good and one.due_at > now]
    coming += [said.until] if said.until else []
    fading = [one.at + rules.sources[one.source].counts_ms for one in passing if one.source]
    return Health(
        compliance=NON_COMPLIANT if counting or said.is_high else COMPLIANT,
        passing=frozenset([one.check for one in passing]),
        checks=checks,
        due_at=min((*coming, *fading), default=0),
        blocks=any(
            one.requirement.severity is Severity.BLOCK and one.found.verdict is Verdict.FAIL for one in counting
        ),
    )


def managed_until(rules: DeviceRules, reported: Posture, now: Instant) -> Instant:
    """Until when a source that may say so makes a device the company's; 0: none does now."""
    ends = [
        said.seen_at + source.counts_ms
        for said in reported.said
        if (source := rules.sources.get(said.source)) is not None
        and (source.manages and said.vouches and said.is_managed)
    ]
    last = max(ends, default=0)
    return last if last > now else 0


def _asked(rules: DeviceRules, check: str, platform: str, reported: Posture) -> Requirement | None:
    """What a check demands. What device management makes of a device is asked for where it knows the device."""
    if check == MANAGEMENT and not any(check in one.checks and one.source in rules.sources for one in reported.said):
        return None
    return rules.of(check, platform)


@dataclass(frozen=True, slots=True)
class _Word:
    """What one source says of a check."""

    found: Found
    source: str = ""
    at: Instant = 0
    evidence: str = ""


def _word(check: str, requirement: Requirement, rules: DeviceRules, reported: Posture, now: Instant) -> _Word:
    """The word that counts."""
    said = [
        (one, _Word(found(check, told, requirement, now), one.source, one.seen_at, told.evidence))
        for one in reported.said
        if one.source in rules.sources and (told := one.checks.get(check)) is not None
    ]
    if requirement.decided_by:
        return _decided(requirement, rules, said, now)
    own = reported.checks.get(check)
    words = [word for _, word in said if word.found.verdict is Verdict.FAIL]
    if own is not None or check != MANAGEMENT:
        evidence = own.evidence if own is not None else ""
        words.insert(0, _Word(found(check, own, requirement, now), "", own.at if own is not None else 0, evidence))
    elif not words:
        words = [_good_word(one, word, rules, now) for one, word in said]
    return min(
        words, key=lambda word: _WORST_FIRST[word.found.verdict], default=_Word(found(check, None, requirement, now))
    )


def _decided(requirement: Requirement, rules: DeviceRules, said: list[tuple[Said, _Word]], now: Instant) -> _Word:
    words = [_good_word(one, word, rules, now) for one, word in said if one.source == requirement.decided_by]
    silent = _Word(
        Found(Verdict.UNKNOWN, gettext_noop("{source} says nothing of it"), {"source": requirement.decided_by})
    )
    return min(words, key=lambda word: _WORST_FIRST[word.found.verdict], default=silent)


def _good_word(one: Said, word: _Word, rules: DeviceRules, now: Instant) -> _Word:
    """A source's word where it may count in a device's favour: while it is new, and about this device and no other."""
    if word.found.verdict not in _GOOD:
        return word
    if not one.vouches:
        doubt = gettext_noop("{source} can't tell whether this is the device that it knows")
        return replace(word, found=Found(Verdict.UNKNOWN, doubt, {"source": one.source}))
    if now >= one.seen_at + rules.sources[one.source].counts_ms:
        old = gettext_noop("{source} has not heard of the device for too long")
        return replace(word, found=Found(Verdict.UNKNOWN, old, {"source": one.source}))
    return word


def judged(
    check: str, requirement: Requirement, rules: DeviceRules, reported: Posture, now: Instant, said: sensors.Said
) -> Judged:
    """What one check comes to, by a requirement that may be another than that of the rules."""
    word = _word(check, requirement, rules, reported, now)
    what = sensors.joined(word.found, said.of.get(check))
    if what is not word.found:
        word = _Word(what, evidence=word.evidence)
    good = Judged(check, requirement, what, evidence=word.evidence, source=word.source, at=word.at)
    if what.verdict in _GOOD:
        return good
    # what goes bad does so after the enrolment: until then nothing was known to be good
    since = reported.failing_since.get(check, max(now, reported.enrolled_at + 1))
    is_for_others = (
        check == MANAGEMENT or check in said.of or requirement.decided_by != ""
    )  # who hear of it when they do
    due_at = due(
        requirement,
        since,
        is_known=what.verdict is Verdict.FAIL,
        was_good=since > reported.enrolled_at or is_for_others,
        report_only_until=rules.report_only_until,
    )
    return structs.replace(good, since=since, due_at=due_at)


def _passing(
    checks: tuple[Judged, ...], rules: DeviceRules, reported: Posture, now: Instant, said: sensors.Said
) -> Iterator[Judged]:
    """The checks that pass: also of those that nobody demands of this platform, by the baseline's bounds, so that an
    app can ask for one of them.
    """
    asked = {one.check: one for one in checks}
    for check in CHECKS:
        usual = BASELINE.get(check, Requirement(Severity.REPORT))
        one = asked.get(check) or judged(check, usual, rules, reported, now, _NO_SENSOR)
        if one.found.verdict is Verdict.PASS and check not in said.failing:
            yield one


_NO_SENSOR: Final = sensors.Said({}, is_high=False)
