"""What a candidate must pass before it is published: its policy tests, and an administrator who can still get in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from limen.clock import Instant
from limen.company.company import Company, limen_app
from limen.company.load import FolderError, failing_tests
from limen.company.onboarding import too_long
from limen.company.plain_text import in_the_clear
from limen.company.store import Beside
from limen.configuration.problem import Problem
from limen.devices import store as devices
from limen.devices.binding import LEVELS
from limen.devices.compliance import judge
from limen.devices.devices_file import DEVICES_FILE
from limen.devices.model import Held, KeyStorage, State
from limen.devices.projection import fact_of
from limen.errors import LimenError
from limen.facts import Device, Factor, Person
from limen.facts.device_rules import DeviceRules
from limen.identity.model import ADMINISTRATORS
from limen.identity.required_factors_file import FACTORS, must_enrol_at
from limen.identity.store import factors, people, workloads
from limen.messages import times
from limen.policy.proof.lockout import Attainable, Candidate, LockedOut, Proof, prove
from limen.policy.proof.obstacles import Obstacle
from limen.policy.proof.week_ahead import prove_week
from limen.storage import Snapshot

FIRST_ADMINISTRATOR: Final = Candidate(
    Person("the-first-administrator", groups=frozenset({ADMINISTRATORS, "staff"}), active=True),
    frozenset({Factor.PASSKEY}),
)
"""Whom the one-time link of a new Limen makes. While there is no administrator, it is they who must get in."""


class LockedOutError(LimenError):
    """The candidate would lock every administrator out; `found` says which policies stand in the way."""

    def __init__(self, found: LockedOut, problems: Iterable[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)), "nothing was published")
        self.found = found


@dataclass(frozen=True, slots=True)
class Member(Candidate):
    """Somebody of the company, with the devices that they enrolled and what each reported last, and their first day
    with access ("": since they came).
    """

    held: tuple[Held, ...] = ()
    first_day: str = ""


def people_of(snapshot: Snapshot) -> tuple[Candidate, ...]:
    """Everybody with the factors that they have, and workloads, who have none.

    Before there is an administrator, the first one to come is among them.
    """
    members = people.members(snapshot.connection)
    models = factors.attested_by_person(snapshot.connection)
    held: dict[str, tuple[Held, ...]] = {}
    for one in devices.every(snapshot.connection):
        if one.device.state is State.ACTIVE:
            held[one.device.owner_id] = (*held.get(one.device.owner_id, ()), one)
    candidates = (
        *(
            Member(
                one.person,
                one.factors,
                models.get(one.person.id, frozenset()),
                held=held.get(one.person.id, ()),
                first_day="" if one.first_day is None else one.first_day.isoformat(),
            )
            for one in members
        ),
        *(Candidate(one.principal, frozenset()) for one in workloads.all_known(snapshot.connection)),
    )
    if people.active_in(snapshot.connection, ADMINISTRATORS):
        return candidates
    return (*candidates, FIRST_ADMINISTRATOR)


def members_of(people: Iterable[Candidate], group: str) -> list[str]:
    """The names of those who are in this group, whether they are active or not."""
    return sorted(one.person.name for one in people if group in one.person.groups and one is not FIRST_ADMINISTRATOR)


def lockout(company: Company, people: Iterable[Candidate], now: Instant) -> Proof | LockedOut:
    """Who could still administer Limen under `company`, or what keeps everybody from it."""
    everybody = _required_of(company, people, now)
    return prove(company.engine(), limen_app(company.settings), everybody, now, Attainable.today(company.networks))


def lockout_ahead(
    company: Company, people: Iterable[Candidate], now: Instant, progress: Callable[[float], object] | None = None
) -> Proof | LockedOut:
    """The same, and whether within a week it begins that nobody can: a revision is published to stay."""
    everybody, attainable = _required_of(company, people, now), Attainable.today(company.networks)
    return prove_week(company.engine(), limen_app(company.settings), everybody, now, attainable, progress)


def _required_of(company: Company, people: Iterable[Candidate], now: Instant) -> list[Candidate]:
    """Everybody, with when they could do nothing but set up what `company` requires of them, and with their devices as
    `company` judges them.
    """
    required, rules = company.parts.get(FACTORS), company.parts.get(DEVICES_FILE.name) or DeviceRules()
    return [
        replace(
            one,
            person=replace(
                one.person,
                must_enrol_at=must_enrol_at(required, one.person, one.factors),
                first_day=one.first_day if isinstance(one, Member) else "",
            ),
            devices=_devices(one, rules, now),
        )
        for one in people
    ]


def _devices(candidate: Candidate, rules: DeviceRules, now: Instant) -> tuple[Device, ...]:
    """Their devices as they could be proved to be: each reports again, and its agent is there."""
    held = candidate.held if isinstance(candidate, Member) else ()
    return tuple([proved_device(one, rules, now) for one in held])


def proved_device(held: Held, rules: DeviceRules, now: Instant) -> Device:
    """A device as decisions would know it once it has reported the same again, and its agent has proved it."""
    found = fact_of(held.device, held.posture, judge(rules, held.device.platform, held.posture, now), 0)
    return replace(found, due_at=0, binding=LEVELS[KeyStorage.FILE])


def obstacles(company: Company, people: Iterable[Candidate], now: Instant) -> str:
    """What keeps everybody from administering Limen, in words; "" where somebody could."""
    found = lockout(company, people, now)
    return "; ".join(map(str, found.obstacles)) if isinstance(found, LockedOut) else ""


def lockout_problems(company: Company, found: Proof | LockedOut | None) -> tuple[Problem, ...]:
    """What keeps every administrator out, each policy by its file and line; () where somebody can get in."""
    if not isinstance(found, LockedOut):
        return ()
    when = lockout_begins(company, found)
    return tuple(_barring(company, one, when) for one in found.obstacles)


def lockout_begins(company: Company, found: LockedOut) -> str:
    """` from Fri, 27 Nov 2026 01:00 on`; "" where nobody could get in even now."""
    return f" from {times.date(found.begins, company.settings.zone)}" if found.begins else ""


def _barring(company: Company, one: Obstacle, when: str) -> Problem:
    source = company.policies.sources.get(one.policy)
    name = f"{one.policy}: " if one.policy else ""
    what = f"every administrator would be locked out{when}: {name}{one.why}"
    if source is None:
        return Problem("policies", 0, 0, what, one.change)
    return Problem(source.file, source.line, 1, what, one.change)


def pass_gate(
    company: Company, people: Iterable[Candidate], now: Instant, ahead: Callable[[float], object] | None = None
) -> Beside:
    """What was proved of `company`; `ahead` hears how far the week ahead was looked at.

    Who there is may be others by the time that it is published: see `refuse_lockout`.

    Raises `FolderError` while a policy test fails, an onboarding is too long, or a confidential app is not encrypted
    (with a lock-out among its problems, so that both are seen at once), else `LockedOutError`.
    """
    failing = (*too_long(company, now), *in_the_clear(company), *failing_tests(company))
    proof = lockout_ahead(company, people, now, ahead)
    barring = lockout_problems(company, proof)
    if failing:
        raise FolderError((*failing, *barring))
    if isinstance(proof, LockedOut):
        raise LockedOutError(proof, barring)
    return Beside(tests=len(company.tests), proof=proof.to_json())


def refuse_lockout(company: Company, people: Iterable[Candidate], now: Instant) -> None:
    """Raises LockedOutError where nobody of these could administer Limen under `company`."""
    found = lockout(company, people, now)
    if isinstance(found, LockedOut):
        raise LockedOutError(found, lockout_problems(company, found))
