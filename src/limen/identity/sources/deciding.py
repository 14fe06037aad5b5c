"""What has to change of somebody so that they are as their sources say. Pure: nothing is read or done here.

Each source decides about what it owns and nothing else. Where two own the same, the first of `people.yaml` decides.
Groups are of all sources together: a source decides only about the groups that its own translation names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from limen.facts import Person
from limen.identity.days import UNTIL_SAID
from limen.identity.errors import UnfitError
from limen.identity.model import PersonStatus
from limen.identity.names import canonical_name, new_email
from limen.identity.sources.model import Held, Owned, Source, SourcePerson, Waits
from limen.identity.sources.store import Record

BREAK_GLASS: Final = "break-glass"
LANGUAGES: Final = {"en": "en", "de": "de"}
"""By the first letters of what a source says, as `de-AT`."""


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody as they are here now. `has_role`: they have a role in Limen, so that they are guarded."""

    person: Person
    status: PersonStatus
    language: str
    last_day: date | None
    has_role: bool
    first_day: date | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What has to change of somebody; "" and None where nothing does. `first_day` and `last_day` hold a day, or None
    for none.

    `is_sooner`: the last day comes before the one that was known. `waits` says why something that the source says is
    not done.
    """

    ends: bool = False
    returns: bool = False
    name: str = ""
    email: str = ""
    language: str | None = None
    joins: frozenset[str] = frozenset()
    leaves: frozenset[str] = frozenset()
    first_day: tuple[date | None] | None = None
    last_day: tuple[date | None] | None = None
    is_sooner: bool = False
    waits: str = ""
    kept_last_day: date | None = None
    """Of whoever returns: the day that the source's word does not take back."""

    @property
    def takes(self) -> frozenset[str]:
        """The access that it takes from them, a word for each; none where it takes none."""
        ends = {"access"} if self.ends else set()
        day = {f"days-after:{self.last_day[0]}"} if self.is_sooner and self.last_day is not None else set()
        return frozenset({*ends, *day, *(f"group:{one}" for one in self.leaves)})

    def without_taking(self) -> Step:
        """What of it takes nothing from them."""
        day = None if self.is_sooner else self.last_day
        return replace(self, ends=False, leaves=frozenset(), last_day=day, is_sooner=False)

    @property
    def is_any(self) -> bool:
        days = (self.first_day is not None, self.last_day is not None)
        return (
            bool(self.takes)
            or self.returns
            or any((self.name, self.email, self.joins, self.language is not None, *days))
        )


def fit(said: SourcePerson, source: Source) -> tuple[str, str, str]:
    """Their name and address in canonical form, and why they can't be so ("": they can)."""
    try:
        name, email = canonical_name(said.name), new_email(said.email)
    except UnfitError:
        return "", "", Waits.UNFIT
    if source.domains and domain_of(email) not in source.domains:
        return name, "", Waits.OTHER_DOMAIN
    return name, email, ""


def is_first_day_unread(said: SourcePerson, source: Source) -> bool:
    """Whether the source decides about their first day, and says one that can't be read."""
    return Owned.FIRST_DAY in source.owns and said.is_first_day_unread


def is_last_day_unread(said: SourcePerson, source: Source) -> bool:
    """Whether the source decides about their last day or their access, and says a last day that can't be read."""
    return bool({Owned.LAST_DAY, Owned.ACTIVE} & source.owns) and said.is_last_day_unread


def domain_of(email: str) -> str:
    return email.rpartition("@")[2]


def language_of(said: SourcePerson) -> str:
    """`de` for `de-AT`; "" for a language that Limen does not have."""
    return LANGUAGES.get(said.language[:2].casefold(), "")


def given(source: Source, said: SourcePerson, guarding: frozenset[str]) -> frozenset[str]:
    """The groups that this source puts somebody into: none that gives a role, unless it may."""
    groups = source.groups_for(said) if Owned.GROUPS in source.owns else frozenset()
    return groups if source.administrators else groups - guarding


def step(
    record: Record,
    records: Iterable[Record],
    here: Here,
    sources: Sequence[Source],
    guarding: frozenset[str],
    before: SourcePerson | None = None,
) -> Step:
    """What has to change of somebody. `record` is what was said last, `records` all that is said of them, by whichever
    source; `before` is what this one said of them until now. What another source was stopped from taking is not taken
    by this one's word.
    """
    order = {source.id: number for number, source in enumerate(sources)}
    said = sorted((one for one in records if one.source in order), key=lambda one: order[one.source])
    by_id = {source.id: source for source in sources}
    stopped = frozenset(one.source for one in said if one.held and one.source != record.source)
    is_active = _is_active(said, by_id, stopped)
    if is_active is False:
        return _end(here)
    name, email, waits = _named(record, said, by_id, here)
    if _is_waiting_for_day(record, said, by_id):
        waits = Waits.FIRST_DAY_UNREAD
    elif record.is_there and record.source in by_id and is_last_day_unread(record.said, by_id[record.source]):
        waits = waits or Waits.LAST_DAY_UNREAD
    wanted = _groups(said, by_id, here.person.groups, guarding, stopped)
    returns = bool(is_active) and here.status is PersonStatus.INACTIVE
    if returns and not any(one.is_ended for one in said):
        return Step(waits=Waits.DEACTIVATED_HERE)
    unread = any(one.is_there and is_last_day_unread(one.said, by_id[one.source]) for one in said)
    if returns and (waits == Waits.FIRST_DAY_UNREAD or unread):
        return Step(waits=waits or Waits.LAST_DAY_UNREAD)
    days = _Days(record, said, by_id, here, before)
    kept = here.last_day if returns and not days.is_of(Owned.LAST_DAY) else None
    last_day, is_sooner = _last_day(days, stopped, kept, returns=returns)
    return Step(
        returns=returns,
        name=name,
        email=email,
        language=_language(said, by_id, here),
        joins=wanted - here.person.groups,
        leaves=here.person.groups - wanted,
        first_day=_first_day(days),
        last_day=last_day,
        is_sooner=is_sooner,
        waits=waits,
        kept_last_day=kept,
    )


def held_still(record: Record, takes: frozenset[str]) -> str:
    """What of `record.held` still stands when it takes these. An administrator who said that somebody keeps access
    meant what they were asked about: where it takes more by now, that is judged anew.
    """
    is_more = bool(record.takes) and not takes <= record.takes
    return "" if record.held == Held.KEPT and is_more else record.held


def _end(here: Here) -> Step:
    if here.status is PersonStatus.INACTIVE:
        return Step()
    if BREAK_GLASS in here.person.groups:
        return Step(waits=Waits.HAS_ROLE)
    return Step(ends=True)


def _owners(said: Iterable[Record], by_id: Mapping[str, Source], owned: Owned) -> list[Record]:
    return [one for one in said if owned in by_id[one.source].owns]


def _speaker(said: Iterable[Record], by_id: Mapping[str, Source], owned: Owned) -> Record | None:
    """What the source says that decides about this; None where none does."""
    return next((one for one in _owners(said, by_id, owned) if one.is_there), None)


def _is_active(said: Sequence[Record], by_id: Mapping[str, Source], stopped: frozenset[str]) -> bool | None:
    """None where no source decides about it, or only those that were stopped. Whom no source names any more is not."""
    owners = _owners(said, by_id, Owned.ACTIVE)
    deciding = [one for one in owners if one.is_there][:1] or owners
    if not deciding:
        return None
    is_active = deciding[0].is_there and deciding[0].said.is_active
    return None if not is_active and all(one.source in stopped for one in deciding) else is_active


def _named(record: Record, said: Sequence[Record], by_id: Mapping[str, Source], here: Here) -> tuple[str, str, str]:
    """Another name and another address ("": as it is), and why one of them is not taken over."""
    new = {"name": "", "email": ""}
    waits = ""
    for owned, at in ((Owned.NAME, 0), (Owned.EMAIL, 1)):
        owner = _speaker(said, by_id, owned)
        if owner is None:
            continue
        found = fit(owner.said, by_id[owner.source])
        if not found[at]:
            waits = found[2] if owner.source == record.source else waits
        elif found[at] != getattr(here.person, owned):
            new[owned] = found[at]
    if new["email"] and here.has_role:  # whoever reads their mail could come back as them
        return new["name"], "", waits or Waits.HAS_ROLE
    return new["name"], new["email"], waits


def _groups(
    said: Iterable[Record],
    by_id: Mapping[str, Source],
    current: frozenset[str],
    guarding: frozenset[str],
    stopped: frozenset[str],
) -> frozenset[str]:
    decided: set[str] = set()
    wanted: set[str] = set()
    for one in said:
        source = by_id[one.source]
        if Owned.GROUPS not in source.owns:
            continue
        its = source.given_groups if source.administrators else source.given_groups - guarding
        decided |= its
        if source.id in stopped:
            wanted |= current & its
        if one.is_there and one.said.is_active:
            wanted |= given(source, one.said, guarding)
    return (current - decided) | wanted


def _language(said: Sequence[Record], by_id: Mapping[str, Source], here: Here) -> str | None:
    owner = _speaker(said, by_id, Owned.LANGUAGE)
    if owner is None:
        return None
    wanted = language_of(owner.said)
    return wanted if wanted and wanted != here.language else None


@dataclass(frozen=True, slots=True)
class _Days:
    """What decides about somebody's first and last day."""

    record: Record
    said: Sequence[Record]
    by_id: Mapping[str, Source]
    here: Here
    before: SourcePerson | None

    def owner(self, owned: Owned) -> Record | None:
        return _speaker(self.said, self.by_id, owned)

    def is_of(self, owned: Owned) -> bool:
        """Whether the source whose word this is decides about it."""
        return self.record.source in self.by_id and owned in self.by_id[self.record.source].owns

    def other(self, owned: Owned, known: date | None) -> tuple[date | None] | None:
        """A day that its owner says, where that is another than is known. Where it says none, only what it said itself
        until now is none any more: what an administrator entered stays.
        """
        owner = self.owner(owned)
        day = None if owner is None else getattr(owner.said, owned)
        if owner is not None and owned is Owned.LAST_DAY and owner.said.is_last_day_unread:
            return None
        if owner is None or day == known or (day is None and not self._took_back(owner, owned, known)):
            return None
        return (day,)

    def _took_back(self, owner: Record, owned: Owned, known: date | None) -> bool:
        if self.before is None or owner.source != self.record.source:
            return False
        is_unread = owned is Owned.FIRST_DAY and self.before.is_first_day_unread
        return known == (UNTIL_SAID if is_unread else getattr(self.before, owned))


def _first_day(days: _Days) -> tuple[date | None] | None:
    """From whoever has set up how they sign in, a later day would take access, past what stops a source: an
    administrator enters it. Whoever has not, and whose day can't be read, stays out until it can be, or until an
    administrator enters one.
    """
    here, owner = days.here, days.owner(Owned.FIRST_DAY)
    is_out = here.status in {PersonStatus.INVITED, PersonStatus.INACTIVE}
    if owner is not None and owner.said.is_first_day_unread:
        is_known = owner.waits == Waits.FIRST_DAY_UNREAD
        return (UNTIL_SAID,) if is_out and not is_known else None
    day = days.other(Owned.FIRST_DAY, here.first_day)
    if day is None or is_out:
        return day
    is_earlier = day[0] is None or (here.first_day is not None and day[0] < here.first_day)
    return day if is_earlier else None


def _last_day(
    days: _Days, stopped: frozenset[str], kept: date | None, *, returns: bool
) -> tuple[tuple[date | None] | None, bool]:
    """Their last day, where its owner says another, and whether that takes access sooner than was known. Whoever comes
    back has none before it is said again, unless the source does not decide about it: then the one `kept` stays.
    """
    known = kept if returns else days.here.last_day
    day, owner = days.other(Owned.LAST_DAY, known), days.owner(Owned.LAST_DAY)
    if day is None or day[0] is None or returns or days.here.status is PersonStatus.INACTIVE:
        return day, False
    is_sooner = known is None or day[0] < known
    if is_sooner and owner is not None and owner.source in stopped:
        return None, False
    return day, is_sooner


def _is_waiting_for_day(record: Record, said: Sequence[Record], by_id: Mapping[str, Source]) -> bool:
    """Whether this record is the one by which their first day can't be read."""
    owner = _speaker(said, by_id, Owned.FIRST_DAY)
    return owner is not None and owner.source == record.source and owner.said.is_first_day_unread
