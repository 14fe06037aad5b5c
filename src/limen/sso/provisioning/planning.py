"""What is to be done at apps now: who gets an account, whose has to change, whose goes; and what is asked about first.

Whoever left is taken out without asking. Accounts of people who stay are another matter: a word in apps.yaml, or a
group that somebody emptied, must not take half a company's. Where that would be many, an administrator is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from limen.clock import DAY, Instant
from limen.events import Event
from limen.facts import Person
from limen.facts.provision import Provision
from limen.opaque import new_id
from limen.sso.provisioning import store
from limen.sso.provisioning.model import NEVER, HeldAccount, State, Step, most_at_once, next_step, wanted
from limen.storage import Transaction

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, order=True)
class Lane:
    """What is sent to one app in turn: of those who leave, or of all others."""

    app: str
    is_leavers: bool


@dataclass(frozen=True, slots=True)
class Planning:
    """One look at what is to be done, by the people and apps of this moment. `first_days` are days before which nobody
    is to have anything, by the ID of the person; `today` is the day in the company's time zone.
    """

    people: Mapping[str, Person]
    apps: Mapping[str, Provision]
    now: Instant
    first_days: Mapping[str, str]
    today: str

    def step(self, held: HeldAccount) -> Step:
        user = wanted(self._person(held.person_id), self.apps.get(held.app), held.id, self.today)
        return next_step(held, user, self.people)

    def of(self, lane: Lane, several: Iterable[HeldAccount]) -> list[HeldAccount]:
        """Those of these that are for this lane."""
        step = Step.TAKE_LEAVERS if lane.is_leavers else Step.GIVE
        return [one for one in several if one.app == lane.app and self.step(one) is step]

    def enqueue(self, transaction: Transaction, changed: Collection[str] | None) -> None:
        """Look at these people (None: all). Whoever is to have an account and has none gets one that waits; what is
        other than it should be becomes due.
        """
        connection = transaction.connection
        held = store.accounts(connection, people=changed)
        there = {(one.app, one.person_id) for one in held}
        store.add_new(
            connection,
            [
                self._waiting(app, person_id)
                for app, provision in self.apps.items()
                for person_id in (self.people if changed is None else changed)
                if (person := self._person(person_id)) is not None
                and provision.is_for(person, self.today)
                and (app, person_id) not in there
            ],
        )
        steps = {one.id: self.step(one) for one in held if one.app in self.apps}
        asked = {one.id for one in held if one.state is State.ASKING}
        due = [
            one
            for one, step in steps.items()
            if step is not Step.NOTHING and not (one in asked and step is Step.TAKE_MOVERS)
        ]
        for at in range(0, len(due), _AT_ONCE):
            store.make_due(connection, self.now, ids=due[at : at + _AT_ONCE])

    def sort(self, transaction: Transaction) -> set[Lane]:
        """Settle what needs no app, ask about what is many, and say in which lanes something is due."""
        connection = transaction.connection
        due = [one for one in store.accounts(connection, due_at=self.now) if one.app in self.apps]
        steps = {one.id: self.step(one) for one in due}
        store.set_due(connection, [one for one, step in steps.items() if step is Step.NOTHING], NEVER)
        for one, step in steps.items():
            if step is Step.FORGET:
                store.drop(connection, one)
        leavers = [one for one in due if steps[one.id] is Step.TAKE_LEAVERS]
        store.set_leaving(connection, [one.id for one in leavers if not one.left_at], self.now, stay=False)
        lanes = {Lane(one.app, is_leavers=True) for one in leavers}
        for app in self.apps:
            movers = [one for one in due if one.app == app and steps[one.id] is Step.TAKE_MOVERS]
            if movers and self._may_begin(transaction, app, movers):
                lanes.add(Lane(app, is_leavers=True))
        states = store.app_states(connection)
        others = {one.app for one in due if steps[one.id] is Step.GIVE}
        quiet = {app for app in others if app in states and self.now < states[app].quiet_until}
        return lanes | {Lane(app, is_leavers=False) for app in others - quiet}

    def _person(self, person_id: str) -> Person | None:
        """With their first day."""
        person, first_day = self.people.get(person_id), self.first_days.get(person_id)
        return replace(person, first_day=first_day) if person is not None and first_day else person

    def _waiting(self, app: str, person_id: str) -> HeldAccount:
        return HeldAccount(
            id=new_id("pa"), app=app, person_id=person_id, state=State.WAITING, since=self.now, due_at=self.now
        )

    def _may_begin(self, transaction: Transaction, app: str, movers: list[HeldAccount]) -> bool:
        """Begin to take these accounts from people who stay, or ask first where they are many within a day."""
        connection = transaction.connection
        every = store.accounts(connection, app=app)
        asking = sum(one.state is State.ASKING for one in every)
        new = [one.id for one in movers if one.state is not State.ASKING]
        lately = sum(one.taken_at > self.now - DAY and self._stays(one) for one in every)
        most = most_at_once(sum(one.is_on for one in every), self.apps[app].share)
        if asking or len(new) + lately > most:
            store.set_state(connection, [one.id for one in movers], State.ASKING, NEVER)
            if new:
                transaction.say(of_app("provision.stopped", app, self.now, number=asking + len(new)))
            return False
        store.set_leaving(connection, new, self.now, stay=True)
        return bool(new)

    def _stays(self, one: HeldAccount) -> bool:
        person = self.people.get(one.person_id)
        return person is not None and person.active


def of_app(kind: str, app: str, now: Instant, *, number: int, by: str = "") -> Event:
    """An event about so many accounts at an app."""
    return Event(at=now, kind=kind, actor=by, details={"app": app, "number": number})
