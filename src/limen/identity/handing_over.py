"""Handing over what somebody owns: of every part, all at once or one by one, in one transaction and with one event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from limen.clock import Instant
from limen.events import Event
from limen.facts import Person
from limen.identity.errors import UnfitError
from limen.identity.membership import an_administrator_remains
from limen.identity.store import people
from limen.pillar.holdings import Holding, Holdings
from limen.storage.database import Transaction


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody has of one kind."""

    kind: Holdings
    things: tuple[Holding, ...]


def held_by(connection: Connection, person: Person, now: Instant, kinds: Iterable[Holdings]) -> list[Held]:
    """All that somebody has; kinds of which they have nothing are left out."""
    found = ((kind, tuple(kind.list(connection, person, now))) for kind in kinds)
    return [Held(kind, things) for kind, things in found if things]


def hand_over(
    transaction: Transaction,
    person: Person,
    to_id: str,
    chosen: Mapping[str, Sequence[str]] | None,
    now: Instant,
    kinds: Iterable[Holdings],
    *,
    by: str,
) -> dict[str, int]:
    """Hand over what is chosen, ids by the name of their kind (None: all of it); how many of each.

    What this person does not have is passed over. Raises UnfitError where it goes to nobody who is active, or to whom
    it is from; LastAdministratorError.
    """
    to = people.by_id(transaction.connection, to_id)
    if to is None or not to.active or to.id == person.id:
        raise UnfitError("to", "It can't be handed over to them", "choose somebody else who is active")
    done: dict[str, int] = {}
    with an_administrator_remains(transaction):
        for held in held_by(transaction.connection, person, now, kinds):
            kind = held.kind
            ids = [one.id for one in held.things if chosen is None or one.id in chosen.get(kind.name, ())]
            if kind.hand_over is None or not ids:
                continue
            count = kind.hand_over(transaction, ids, person, to, now, by)
            if count:
                done[kind.name] = count
                details: dict[str, str | int | bool] = {"what": kind.name, "count": count, "to": to.id}
                said = Event(at=now, kind="handover.done", actor=by, subject=person.id, details=details)
                transaction.say(said)
    return done
