"""What publishing a candidate would change: the differences, its policy tests, and the answers to real requests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from limen.clock import Instant
from limen.company.beside_policies import Opening, openings, sentence, touched
from limen.company.changes import Change, changes
from limen.company.company import Company
from limen.company.devices_today import NOBODY, DevicesToday, devices_today, sentences as device_sentences
from limen.company.gate import FIRST_ADMINISTRATOR, lockout_ahead
from limen.company.load import failing_tests
from limen.company.onboarding import written_until
from limen.company.rehearsal import WINDOW, Rehearsal, Turn, rehearse
from limen.configuration.problem import Problem
from limen.facts import App, Person
from limen.pillar import Foreseen
from limen.policy.access_diff.describe import Names, sentences
from limen.policy.access_diff.diff import Reach, newly_reachable
from limen.policy.proof.lockout import Candidate, LockedOut, Proof
from limen.storage.journal.past_decisions import PastDecision, past_decisions
from limen.storage.journal.reader import Reader

MOST_KEPT: Final = 200
"""How many turned groups of requests, and how many sentences, stay beside a revision; the sums count all requests."""
FEW_PEOPLE: Final = 2
"""With fewer active people than this, who gains or loses says little about what a change means for a company."""
ANY_WORKLOAD: Final = "any workload"
"""Supposed beside those there are: a service that is added after the publication has what its policies say at once."""
_MARKED: Final = re.compile("⟨([^⟨⟩]*)⟩")


@dataclass(frozen=True, slots=True)
class Plan:
    """What publishing would do. `rehearsal` is None where nothing was in force, or no journal is there to replay.

    `before` is the id of the revision it was compared with ("": none), which `publish` takes as `expected`. `supposed`
    are people who were only supposed, one of each group, because there are too few: their names by their ids.
    `openings` are the changes beside the policies, `today` is whom it hits with the devices they have. `foreseen` is
    what the files of parts would have found in the past days, where that was looked at.
    """

    before: str
    after: str
    changes: tuple[Change, ...]
    tests: int
    failing: tuple[Problem, ...]
    rehearsal: Rehearsal | None = None
    lockout: Proof | LockedOut | None = None
    reach: Reach | None = None
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    supposed: Mapping[str, str] = field(default_factory=dict)
    kept_reach: tuple[str, ...] = ()
    openings: tuple[Opening, ...] = ()
    today: DevicesToday = NOBODY
    foreseen: tuple[Foreseen, ...] = ()

    @property
    def is_nobodys_gain_or_loss(self) -> bool:
        """Whether nobody gains or loses anything, and everything that the revision changes was looked at for that."""
        if self.reach is None or self.reach.differences or self.openings:
            return False
        return self.reach.is_exhaustive and self.today.is_nothing

    @property
    def changes_nothing(self) -> bool:
        return self.before == self.after

    @property
    def is_publishable(self) -> bool:
        """Whether the gate would let it through as things stand."""
        return not self.failing and not isinstance(self.lockout, LockedOut)

    @property
    def effect(self) -> dict[str, Any]:
        """The predicted effect, as plain JSON with people by their opaque ids, to be kept beside the revision."""
        found = self.rehearsal
        if found is None:
            return {}
        return {
            "since": found.since,
            "until": found.until,
            "replayed": found.replayed,
            "left_out": found.left_out,
            "unknown": found.unknown,
            "differences": found.differences,
            "turns": {turn.name.lower(): sum(one.count for one in found.of(turn)) for turn in Turn if found.of(turn)},
            "turned": [{**asdict(one), "turn": one.turn.name.lower()} for one in found.turned[:MOST_KEPT]],
            "not_replayed": list(found.not_replayed),
            "reach": list(self.kept_reach[:MOST_KEPT]),
        }


def plan(
    before: Company | None,
    after: Company,
    decisions: Iterable[PastDecision] | None = None,
    people: Iterable[Candidate] | None = None,
    *,
    since: Instant = 0,
    until: Instant = 0,
    ahead: Callable[[float], object] | None = None,
) -> Plan:
    """What `after` would change of `before` (None: nothing was published yet); it publishes nothing and raises nothing.

    `decisions` of the last days are replayed where they are given. With `people` it is also said whether somebody could
    still administer Limen at `until` and for a week after it (`ahead` hears how far that was looked at), and who gains
    or loses what, whether anybody asked for it or not.
    """
    everybody = None if people is None else tuple(people)
    rehearsal = None
    if before is not None and decisions is not None:
        rehearsal = rehearse(before, after, decisions, since=since, until=until)
    supposed = {} if everybody is None or before is None else _supposed(everybody, after)
    reach = None if before is None or everybody is None else _reach(before, after, everybody, supposed, until)
    beside: tuple[Opening, ...] = ()
    today = NOBODY
    if before is not None and everybody is not None:
        today = devices_today(before, after, everybody, until)
        there = [(one.person, one.factors) for one in everybody if one is not FIRST_ADMINISTRATOR]
        beside = (
            *openings(before, after, _persons(everybody, supposed), until),
            *touched(before, after, there),
        )
    members = _members(everybody or ())
    ids = [one.person.id for one in everybody or ()] + [one.device for one in today.devices]
    marked = {one: f"⟨{one}⟩" for one in ids}
    return Plan(
        before=before.revision if before else "",
        after=after.revision,
        changes=changes(before, after),
        tests=len(after.tests),
        failing=failing_tests(after),
        rehearsal=rehearsal,
        lockout=None if everybody is None else lockout_ahead(after, everybody, until, ahead),
        reach=reach,
        members=members,
        supposed=supposed,
        kept_reach=_sentences(reach, before, after, marked, members, supposed, beside, today),
        openings=beside,
        today=today,
    )


def predict(
    before: Company | None,
    after: Company,
    reader: Reader,
    people: Iterable[Candidate],
    now: Instant,
    progress: Callable[[float], object] | None = None,
    ahead: Callable[[float], object] | None = None,
) -> Plan:
    """`plan` with the decisions of the last 30 days from a journal; `progress` hears the part that was read, 0 to 1,
    and `ahead` how far the week ahead was looked at.

    `people` are `limen.company.gate.people_of` a snapshot of the database.
    """
    since = now - WINDOW
    return plan(before, after, past_decisions(reader, since, progress), people, since=since, until=now, ahead=ahead)


def _members(people: Iterable[Candidate]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one in people:
        for group in one.person.groups if one.person.active and not one.person.is_workload else ():
            found.setdefault(group, set()).add(one.person.id)
    return {group: frozenset(members) for group, members in found.items()}


def _supposed(people: tuple[Candidate, ...], after: Company) -> dict[str, str]:
    """One person of each group, by an id that reads as what it is, where there are too few people to tell of."""
    active = sum(one.person.active for one in people if one is not FIRST_ADMINISTRATOR and not one.person.is_workload)
    if active >= FEW_PEOPLE:
        return {}
    return {_somebody(group): f"“{title or group}”" for group, title in after.settings.groups.items()}


def _persons(people: tuple[Candidate, ...], supposed: Mapping[str, str]) -> list[Person]:
    """Everybody there is, whoever is supposed, and any workload at all."""
    persons = [one.person for one in people if one is not FIRST_ADMINISTRATOR]  # who is still to come loses nothing
    persons += [Person(one, groups=frozenset({one.removeprefix(_SOMEBODY)}), active=True) for one in supposed]
    return [*persons, Person(ANY_WORKLOAD, active=True, is_workload=True)]


def _somebody(group: str) -> str:
    return _SOMEBODY + group


_SOMEBODY: Final = "someone in "


def _reach(
    before: Company, after: Company, people: tuple[Candidate, ...], supposed: Mapping[str, str], now: Instant
) -> Reach:
    return newly_reachable(
        before.engine(),
        after.engine(),
        _persons(people, supposed),
        after.all_apps.values(),
        since=now,
        apps_before=before.all_apps.values(),
    )


def reach_sentences(found: Plan, before: Company | None, after: Company, people: Mapping[str, str]) -> tuple[str, ...]:
    """Who gains and who loses what, in sentences. `people` are names by opaque ids; {} tells them by their ids."""
    return _sentences(found.reach, before, after, people, found.members, found.supposed, found.openings, found.today)


def today_sentences(found: Plan, before: Company | None, after: Company, names: Mapping[str, str]) -> tuple[str, ...]:
    """Whom it hits today, with the devices they have. `names` are those of people and devices, by their ids."""
    apps = {name: app.name for name, app in _all_apps(before, after).items()}
    return tuple(device_sentences(found.today, names, apps))


def opening_sentence(
    found: Plan, one: Opening, before: Company | None, after: Company, people: Mapping[str, str]
) -> str:
    """One change beside the policies, with who gains and who loses by it."""
    return sentence(one, _names(before, after, people, found.members, found.supposed))


def kept_sentences(effect: Mapping[str, Any], people: Mapping[str, str]) -> tuple[str, ...]:
    """The sentences of `reach_sentences` that are kept beside a revision, with the names that people have today."""
    return tuple(_MARKED.sub(lambda found: people.get(found[1], found[1]), str(one)) for one in effect.get("reach", ()))


def _onboardings(before: Company | None, after: Company) -> Iterator[str]:
    """Which onboardings begin, change or end: more than any sentence about single people, so it is said first."""
    was = {app.id: app.onboarding_until for app in before.apps} if before else {}
    for app in after.apps:
        if app.onboarding_until and app.onboarding_until != was.get(app.id, 0):
            until = written_until(app.onboarding_until, after.settings.zone)
            yield (
                f"{app.name} is in onboarding until {until}: everyone who is signed in gets in, and refusals "
                "are counted"
            )
        elif was.get(app.id, 0) and not app.onboarding_until:
            yield f"The onboarding of {app.name} ends: its policies apply from now on"


def _sentences(
    reach: Reach | None,
    before: Company | None,
    after: Company,
    people: Mapping[str, str],
    members: Mapping[str, frozenset[str]],
    supposed: Mapping[str, str],
    beside: tuple[Opening, ...],
    today: DevicesToday,
) -> tuple[str, ...]:
    if reach is None:
        return ()
    names = _names(before, after, people, members, supposed)
    said = (
        *device_sentences(today, people, names.apps),
        *_onboardings(before, after),
        *(sentence(one, names) for one in beside),
        *sentences(reach, names),
    )
    if not said or not supposed:
        return said
    return (
        "There are too few people to compare, so this assumes a hypothetical member of each group in limen.toml.",
        *said,
    )


def _names(
    before: Company | None,
    after: Company,
    people: Mapping[str, str],
    members: Mapping[str, frozenset[str]],
    supposed: Mapping[str, str],
) -> Names:
    apps = _all_apps(before, after)
    return Names(
        zone=after.settings.zone,
        zone_before=before.settings.zone if before else None,
        people={**people, **supposed, ANY_WORKLOAD: "any workload"},
        apps={name: app.name for name, app in apps.items()},
        viewed=frozenset(name for name, app in apps.items() if app.url),
        members={after.settings.groups.get(group, group): ids for group, ids in members.items()},
        **({"most": len(supposed) + 1} if supposed else {}),
    )


def _all_apps(before: Company | None, after: Company) -> dict[str, App]:
    return {**(before.all_apps if before else {}), **after.all_apps}
