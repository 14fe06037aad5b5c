"""Everybody who is here, and all that sources say of them, read at once: one look for a whole list of people."""

from __future__ import annotations

from limen.facts import Person
from limen.identity.model import ADMINISTRATORS, PersonStatus
from limen.identity.sources import store
from limen.identity.sources.applying import Rules
from limen.identity.sources.deciding import Here, Step, step
from limen.identity.sources.store import Record
from limen.identity.store import people
from limen.storage.database import Snapshot


class Everybody:
    """As one snapshot has them."""

    def __init__(self, snapshot: Snapshot, rules: Rules) -> None:
        self._rules = rules
        self._members = {one.person.id: one for one in people.members(snapshot.connection)}
        self._by_address = {one.person.email: one.person for one in self._members.values()}
        self._records = store.linked(snapshot.connection)

    @property
    def administrators(self) -> frozenset[str]:
        """Ids of the active administrators."""
        members = self._members.values()
        active = [one.person for one in members if one.status is PersonStatus.ACTIVE]
        return frozenset(one.id for one in active if ADMINISTRATORS in one.groups)

    def with_address(self, email: str) -> Person | None:
        return self._by_address.get(email)

    def step_of(self, record: Record) -> tuple[Step, Here | None]:
        """What has to change of the person whom a record is linked to; of nobody where it is linked to none."""
        member = self._members.get(record.person_id)
        if member is None:
            return Step(), None
        here = Here(
            person=member.person,
            status=member.status,
            language=member.language,
            first_day=member.first_day,
            last_day=member.last_day,
            has_role=self._rules.guarding.has_role(member.person),
        )
        several, key = self._records.get(record.person_id, ()), (record.source, record.external_id)
        others = [one for one in several if (one.source, one.external_id) != key]
        before = next((one.said for one in several if (one.source, one.external_id) == key), None)
        sources, groups = self._rules.sources.sources, self._rules.guarding.groups
        return step(record, [*others, record], here, sources, groups, before), here
