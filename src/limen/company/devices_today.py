"""What a candidate comes to with the devices that people have today: whose health changes, and who loses which app.

    for one in devices_today(before, after, people, now).devices:
        print(one.device, one.was, one.now, one.failing)

Every report that is held is judged by the rules of both sides, as if it had come this moment. Then each person's apps
are asked for on each of their devices and on one that nobody knows, with the best that they can prove themselves: what
opens on none of them any more is lost today, whoever has asked for it or not. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from limen.clock import Instant, to_iso
from limen.company.company import Company
from limen.company.gate import FIRST_ADMINISTRATOR, Member, proved_device
from limen.devices.compliance import COMPLIANT, NON_COMPLIANT, Health, judge
from limen.devices.devices_file import FILE
from limen.devices.model import Held
from limen.facts import LIMEN, UNKNOWN_DEVICE, App, Device, strength_of
from limen.facts.device_rules import DeviceRules
from limen.messages import lists
from limen.policy.access import actions_of
from limen.policy.cedar_view import view_of
from limen.policy.decision import Effect, Request
from limen.policy.engine import Engine
from limen.policy.hypothetical import Hypothetical
from limen.policy.proof.lockout import Candidate

MOST_PEOPLE: Final = 2_000
"""Of so many people it is asked what opens to them; a company of Limen's size has fewer."""
MOST_NAMED: Final = 6


@dataclass(frozen=True, slots=True)
class DeviceTurn:
    """A device whose health is another by the new rules. `was` and `now` are "compliant" and the like; `failing` are
    the checks that count against it now, or from `due_at` on (0: they count already). `ends`: what is signed in on it
    ends.
    """

    person: str
    device: str
    was: str
    now: str
    failing: tuple[str, ...] = ()
    due_at: Instant = 0
    ends: bool = False


@dataclass(frozen=True, slots=True)
class PersonTurn:
    """Somebody to whom apps open, or open no more, with what they have today. `devices` is how many they may use."""

    person: str
    devices: int
    loses: tuple[str, ...] = ()
    gains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DevicesToday:
    """Both; `is_whole` says that everybody was asked about."""

    devices: tuple[DeviceTurn, ...] = ()
    people: tuple[PersonTurn, ...] = ()
    is_whole: bool = True

    @property
    def is_nothing(self) -> bool:
        return not self.devices and not self.people


NOBODY: Final = DevicesToday()


def devices_today(before: Company, after: Company, people: Iterable[Candidate], now: Instant) -> DevicesToday:
    """Whom the candidate would hit today. Workloads have no device, and who is still to come loses nothing."""
    members = [
        one for one in people if isinstance(one, Member) and one.person.active and one is not FIRST_ADMINISTRATOR
    ]
    if not any(one.held for one in members) or not _may_differ(before, after):
        return NOBODY
    asked = members[:MOST_PEOPLE]
    opening = [_Opening(company, now) for company in (before, after)]
    return DevicesToday(
        devices=tuple([turn for one in members for turn in _turns(before, after, one, now)]),
        people=tuple([turn for one in asked if (turn := _turn(one, *opening)) is not None]),
        is_whole=len(asked) == len(members),
    )


def rules_of(company: Company) -> DeviceRules:
    found = company.parts.get(FILE)
    return found if isinstance(found, DeviceRules) else DeviceRules()


def _may_differ(before: Company, after: Company) -> bool:
    return (
        rules_of(before) != rules_of(after)
        or before.policies.tree != after.policies.tree
        or before.all_apps != after.all_apps
    )


# Whose health changes


def _turns(before: Company, after: Company, member: Member, now: Instant) -> Iterator[DeviceTurn]:
    for held in member.held:
        was, then = (_health(company, held, now) for company in (before, after))
        begins = then.due_at and (not was.due_at or then.due_at < was.due_at)
        if was.compliance == then.compliance and not begins and was.blocks == then.blocks:
            continue
        counting = [one.check for one in then.not_good if one.counts(now)]
        coming = [one.check for one in then.not_good if one.due_at == then.due_at]
        is_coming = then.compliance != NON_COMPLIANT and bool(begins)
        yield DeviceTurn(
            person=member.person.id,
            device=held.device.id,
            was=was.compliance,
            now=then.compliance,
            failing=tuple(coming if is_coming else counting),
            due_at=then.due_at if is_coming else 0,
            ends=then.blocks and not was.blocks,
        )


def _health(company: Company, held: Held, now: Instant) -> Health:
    return judge(rules_of(company), held.device.platform, held.posture, now)


# What opens


class _Opening:
    """What opens to whom under one company, with what they have today. Alike devices of one person are asked once."""

    def __init__(self, company: Company, now: Instant) -> None:
        self.engine: Engine = company.engine()
        self._company = company
        self._apps = [app for app in company.all_apps.values() if app.id != LIMEN]
        self._networks = ("", *dict(company.networks))
        # Also in working hours: a plan that is made at night is to say what the next morning brings.
        self._instants = (now, Hypothetical().now(company.settings.zone))
        self._now = now

    def to(self, member: Member) -> set[str]:
        """The apps that open: the mildest of what can be done there, in whatever way this person could get it now."""
        rules = rules_of(self._company)
        devices = {proved_device(held, rules, self._now) for held in member.held}
        return {app.id for app in self._apps if self._opens(member, app, {UNKNOWN_DEVICE, *devices})}

    def _opens(self, member: Member, app: App, devices: set[Device]) -> bool:
        action = actions_of(app)[0]
        request, strength = Request(action, host=app.host), strength_of(member.factors)
        for at, network, device in product(self._instants, self._networks, devices):
            supposed = Hypothetical(strength=strength, proved=0, risk=0, network=network, anonymiser=False)
            facts = replace(supposed.facts(member.person, app, action, at), device=device)
            if self.engine.answer(request, view_of(facts), at)[0] is Effect.PERMIT:
                return True
        return False


def _turn(member: Member, before: _Opening, after: _Opening) -> PersonTurn | None:
    was, then = before.to(member), after.to(member)
    if was == then:
        return None
    return PersonTurn(member.person.id, len(member.held), tuple(sorted(was - then)), tuple(sorted(then - was)))


# In words


def sentences(found: DevicesToday, names: Mapping[str, str], apps: Mapping[str, str]) -> Iterator[str]:
    """One for each that becomes of devices and of people. `names` are those of people and of devices, by their ids."""
    worse = [one for one in found.devices if one.now == NON_COMPLIANT and one.was != NON_COMPLIANT]
    ending = [one for one in found.devices if one.ends]
    coming = [one for one in found.devices if one.due_at and one not in worse]
    better = [one for one in found.devices if one.now == COMPLIANT and one.was != COMPLIANT]
    if worse:
        yield f"{_devices(worse)} would stop counting as healthy today: {_each(worse, names)}"
    if ending:
        yield f"Everything that is signed in on {_devices(ending)} would end at once: {_each(ending, names)}"
    days: dict[str, list[DeviceTurn]] = {}
    for one in sorted(coming, key=lambda turn: turn.due_at):
        days.setdefault(to_iso(one.due_at)[:10], []).append(one)
    for day, ones in days.items():
        yield f"On {day}, as time runs out to mend it, {_devices(ones)} would stop counting as healthy: " + _each(
            ones, names
        )
    if better:
        yield f"{_devices(better)} would count as healthy again: {_each(better, names)}"
    for gains in (False, True):
        yield from _by_apps(found.people, names, apps, gains=gains)
    if not found.is_whole:
        yield f"Only {MOST_PEOPLE} people were asked about"


def _by_apps(
    people: Iterable[PersonTurn], names: Mapping[str, str], apps: Mapping[str, str], *, gains: bool
) -> Iterator[str]:
    alike: dict[tuple[str, ...], list[PersonTurn]] = {}
    for one in people:
        alike.setdefault(one.gains if gains else one.loses, []).append(one)
    for which, ones in alike.items():
        if not which:
            continue
        what = lists.joined([apps.get(app, app) for app in which])
        who = lists.joined(
            [names.get(one.person, one.person) + ("" if one.devices else " (no device)") for one in ones],
            most=MOST_NAMED,
        )
        verb = "gain" if gains else "lose"
        yield f"With the devices they have today, {_people(ones)} would {verb} {what}: {who}"


def _each(turns: list[DeviceTurn], names: Mapping[str, str]) -> str:
    said = [
        f"{names.get(one.device, one.device)} of {names.get(one.person, one.person)}"
        + (f" ({', '.join(one.failing)})" if one.failing else "")
        for one in turns
    ]
    return lists.joined(said, most=MOST_NAMED)


def _devices(turns: list[DeviceTurn]) -> str:
    return f"{len(turns)} {'device' if len(turns) == 1 else 'devices'}"


def _people(turns: list[PersonTurn]) -> str:
    return f"{len(turns)} {'person' if len(turns) == 1 else 'people'}"
