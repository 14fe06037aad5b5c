"""What was observed held against what the company demands: one function for each check, all of them pure.

What is not known is never a pass. Each verdict says in one sentence, with its figures, what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias

from msgspec import Struct

from limen.clock import MINUTE, SECOND, Instant
from limen.devices import observed as seen
from limen.devices.model import SYSTEM_NAMES, Check, CheckState, Reason
from limen.facts.device_rules import Requirement
from limen.messages import gettext_noop


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105 -- no password
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Found(Struct, frozen=True, gc=False):
    """A verdict, and the English sentence that says why, with figures for the places in it."""

    verdict: Verdict
    sentence: str
    figures: Mapping[str, object] = {}


_UNKNOWN: Final[Mapping[Reason, str]] = {
    Reason.DENIED: gettext_noop("The agent may not look at it"),
    Reason.MISSING_TOOL: gettext_noop("The tool that tells it is not installed"),
    Reason.NO_SESSION: gettext_noop("It shows only while somebody is signed in on the device"),
    Reason.UNREADABLE: gettext_noop("What the system said could not be understood"),
    Reason.TIMED_OUT: gettext_noop("The system did not answer in time"),
    Reason.UNSUPPORTED: gettext_noop("The agent can't tell it on this system"),
    Reason.NOT_REPORTED: gettext_noop("The device did not report it"),
}


def found(check: str, reported: Check | None, requirement: Requirement, now: Instant) -> Found:
    """What a check comes to."""
    if reported is None:
        return Found(Verdict.UNKNOWN, _UNKNOWN[Reason.NOT_REPORTED])
    if reported.state is CheckState.NOT_APPLICABLE:
        return Found(Verdict.NOT_APPLICABLE, gettext_noop("It does not apply to this device"))
    if reported.observed is None:
        return Found(Verdict.UNKNOWN, _UNKNOWN[reported.reason or Reason.NOT_REPORTED])
    return _JUDGES[check](reported.observed, requirement, now)


_Judge: TypeAlias = Callable[[Any, Requirement, Instant], Found]


def _pass(sentence: str, **figures: object) -> Found:
    return Found(Verdict.PASS, sentence, figures)


def _fail(sentence: str, **figures: object) -> Found:
    return Found(Verdict.FAIL, sentence, figures)


def _unknown(sentence: str, **figures: object) -> Found:
    return Found(Verdict.UNKNOWN, sentence, figures)


def _of(number: int, one: str, many: str) -> str:
    """The sentence for so many: every language that Limen speaks has two forms."""
    return one if number == 1 else many


def _os(told: seen.Os, _requirement: Requirement, now: Instant) -> Found:
    name = f"{SYSTEM_NAMES.get(told.name, told.name)} {told.version}"
    if told.supported_until is None:
        return _unknown(gettext_noop("It is not known until when {name} gets security updates"), name=name)
    try:
        until = date.fromisoformat(told.supported_until)
    except ValueError:
        return _unknown(gettext_noop("It is not known until when {name} gets security updates"), name=name)
    if until < datetime.fromtimestamp(now // SECOND, UTC).date():
        return _fail(gettext_noop("{name} has had no security updates since {day}"), name=name, day=until.isoformat())
    return _pass(gettext_noop("{name} gets security updates until {day}"), name=name, day=until.isoformat())


def _updates(told: seen.Updates, requirement: Requirement, _now: Instant) -> Found:
    within = requirement.within_days
    if told.lists_age_days > within:
        one = gettext_noop("The device has not looked for updates for a day")
        many = gettext_noop("The device has not looked for updates for {days} days")
        return _unknown(_of(told.lists_age_days, one, many), days=told.lists_age_days)
    if told.restart_needed:
        return _fail(gettext_noop("Updates are installed, and count only after a restart"))
    if not told.security:
        return _pass(gettext_noop("No security update is waiting"))
    if told.oldest_days is None:
        one = gettext_noop("A security update is waiting, and nobody knows how long")
        many = gettext_noop("{security} security updates are waiting, and nobody knows how long")
        return _unknown(_of(told.security, one, many), security=told.security)
    if told.oldest_days > within:
        one = _of(
            told.oldest_days,
            gettext_noop("A security update has been waiting for a day"),
            gettext_noop("A security update has been waiting for {days} days"),
        )
        many = _of(
            told.oldest_days,
            gettext_noop("{security} security updates are waiting, the oldest for a day"),
            gettext_noop("{security} security updates are waiting, the oldest for {days} days"),
        )
        return _fail(_of(told.security, one, many), security=told.security, days=told.oldest_days)
    one = _of(
        within,
        gettext_noop("A security update has been waiting for no longer than a day"),
        gettext_noop("A security update has been waiting for no longer than {within} days"),
    )
    many = _of(
        within,
        gettext_noop("{security} security updates are waiting, none for longer than a day"),
        gettext_noop("{security} security updates are waiting, none for longer than {within} days"),
    )
    return _pass(_of(told.security, one, many), security=told.security, within=within)


def _auto_updates(told: seen.AutoUpdates, _requirement: Requirement, _now: Instant) -> Found:
    return (
        _pass(gettext_noop("Updates are installed by themselves"))
        if told.enabled
        else _fail(gettext_noop("Updates wait for somebody"))
    )


def _disk_encryption(told: seen.DiskEncryption, _requirement: Requirement, _now: Instant) -> Found:
    bare = [one.mount for one in told.volumes if not one.encrypted]
    if told.encrypted and not bare:
        return _pass(gettext_noop("The disk is encrypted"))
    if bare:
        return _fail(gettext_noop("{volume} is not encrypted"), volume=bare[0])
    return _fail(gettext_noop("The disk is not encrypted"))


def _screen_lock(told: seen.ScreenLock, requirement: Requirement, _now: Instant) -> Found:
    within = requirement.within_minutes
    if not told.enabled:
        return _fail(gettext_noop("The screen does not lock by itself"))
    if told.after_s is None:
        return _unknown(gettext_noop("The screen locks, and nobody knows after how long"))
    if told.after_s * SECOND > within * MINUTE:
        minutes = -(-told.after_s // 60)
        one = gettext_noop("The screen locks only after a minute")
        many = gettext_noop("The screen locks only after {minutes} minutes")
        return _fail(_of(minutes, one, many), minutes=minutes)
    one = gettext_noop("The screen locks within a minute")
    many = gettext_noop("The screen locks within {minutes} minutes")
    return _pass(_of(within, one, many), minutes=within)


def _firewall(told: seen.Firewall, _requirement: Requirement, _now: Instant) -> Found:
    return _pass(gettext_noop("The firewall is on")) if told.enabled else _fail(gettext_noop("The firewall is off"))


def _anti_malware(told: seen.AntiMalware, requirement: Requirement, _now: Instant) -> Found:
    if not told.running or told.real_time is False:
        return _fail(gettext_noop("Protection against malware is not running"))
    if told.signatures_age_days is None:
        return _unknown(gettext_noop("It is not known how old the malware signatures are"))
    if told.signatures_age_days > requirement.within_days:
        one = gettext_noop("The malware signatures are a day old")
        many = gettext_noop("The malware signatures are {days} days old")
        return _fail(_of(told.signatures_age_days, one, many), days=told.signatures_age_days)
    return _pass(gettext_noop("Protection against malware is running and up to date"))


def _edr(told: seen.Edr, _requirement: Requirement, _now: Instant) -> Found:
    if told.running:
        return _pass(gettext_noop("Endpoint detection is running"))
    return _fail(gettext_noop("Endpoint detection is not running"))


def _secure_boot(told: seen.SecureBoot, _requirement: Requirement, _now: Instant) -> Found:
    return _pass(gettext_noop("Secure Boot is on")) if told.enabled else _fail(gettext_noop("Secure Boot is off"))


def _administrators(told: seen.Administrators, requirement: Requirement, _now: Instant) -> Found:
    if told.count > requirement.at_most:
        one = gettext_noop("One account may administer the device, more than {most}")
        many = gettext_noop("{count} accounts may administer the device, more than {most}")
        return _fail(_of(told.count, one, many), count=told.count, most=requirement.at_most)
    one = gettext_noop("One account may administer the device")
    many = gettext_noop("{count} accounts may administer the device")
    return _pass(_of(told.count, one, many), count=told.count)


def _threats(told: seen.Threats, _requirement: Requirement, _now: Instant) -> Found:
    if told.active:
        return _fail(gettext_noop("Malware was found: {name}"), name=told.active[0].name)
    return _pass(gettext_noop("No malware was found"))


def _management(told: seen.Management, _requirement: Requirement, _now: Instant) -> Found:
    if told.compliant:
        return _pass(gettext_noop("The company's device management calls it compliant"))
    return _fail(gettext_noop("The company's device management does not call it compliant"))


_JUDGES: Final[Mapping[str, _Judge]] = {
    "os": _os,
    "updates": _updates,
    "auto_updates": _auto_updates,
    "disk_encryption": _disk_encryption,
    "screen_lock": _screen_lock,
    "firewall": _firewall,
    "anti_malware": _anti_malware,
    "edr": _edr,
    "secure_boot": _secure_boot,
    "administrators": _administrators,
    "threats": _threats,
    "management": _management,
}
