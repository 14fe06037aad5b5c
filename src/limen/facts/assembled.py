"""What was put together for sessions, and for nobody at an address: kept until something it was made of changes.

Each session has an entry of its own, which is thrown away whole, after the row has changed. Whoever puts something
together takes the entry first and reads the rows then: in whatever thread that is, what comes out of older rows ends in
an entry that nobody finds any more.
"""

from __future__ import annotations

from itertools import count
from typing import Final

from limen.facts.addresses import normal
from limen.facts.facts import Facts
from limen.facts.nouns import Session
from limen.facts.session_state import Lifetime
from limen.facts.tables import EVERYBODY, Issued, Subject

FACTS_KEPT: Final = 10_000
"""How many assembled facts are kept before all are forgotten; bounds memory, not correctness."""
UNKEPT: Final = 1_024
"""Of how many sessions that are in no table the facts are compared with those of the last time."""
STRANGERS_KEPT: Final = 512
"""The same for nobody at so many addresses: what strangers cause takes no memory and drops nothing of anybody else."""


class Entry:
    """What was put together for one session, or for nobody at one address. `facts` are by app and address."""

    __slots__ = ("facts", "lifetime")

    def __init__(self) -> None:
        self.lifetime: Lifetime | None = None
        self.facts: dict[tuple[str, str], Facts] = {}

    def release(self) -> None:
        for facts in tuple(self.facts.values()):
            facts.derived.release()


class Assembled:
    """All entries. What `issued` keeps of the last request with a secret is forgotten with the entry of its session."""

    __slots__ = ("_at_place", "_entries", "_issued", "_kept", "_last_unkept", "_strangers")

    def __init__(self, issued: Issued) -> None:
        self._issued = issued
        self._entries: dict[str, Entry] = {}
        self._at_place: dict[str, set[str]] = {}
        self._strangers: dict[str, str] = {}
        self._last_unkept: dict[tuple[str, str], Facts] = {}
        self._kept = count(1)

    def entry(self, session: Session | None, address: str = "") -> Entry:
        """What is kept for a session, whatever it is worth; or for nobody at this address."""
        name = _name_of(session, address)
        entry = self._entries.get(name)
        if entry is None:
            if session is None:
                self._make_room_for_strangers(name, address)
            else:
                self._make_room()
            entry = self._entries.setdefault(name, Entry())
        return entry

    def is_current(self, session: Session, entry: Entry) -> bool:
        """Whether this is still the entry of the session: nothing that it was made of has changed."""
        return self._entries.get(session.id) is entry

    def expect(self, session: Session | None, address: str) -> None:
        """Call it before facts of this session from this address are put together."""
        if session is not None:
            self._make_room()
        self._at_place.setdefault(normal(address), set()).add(_name_of(session, address))

    def as_last_time(self, session: Session, app_id: str, facts: Facts) -> Facts:
        """Facts that no change would drop: where they are what they were the last time, that value, with all that
        others derived from it.
        """
        key = (session.id, app_id)
        before = self._last_unkept.get(key)
        if before == facts:
            return before
        if before is not None:
            before.derived.release()
        elif len(self._last_unkept) >= UNKEPT:
            self._forget_unkept()
        self._last_unkept[key] = facts
        return facts

    def forget(self, subject: Subject) -> None:
        """Forget what was put together from `subject`, whose row has changed already."""
        if subject in EVERYBODY:
            self._forget_all()
            return
        of_place = subject[0] == "place"
        touched = self._at_place.pop(subject[1], set()) if of_place else self._issued.touched_by(subject)
        for name in tuple(touched):
            entry = self._entries.pop(name, None)
            self._issued.latest.pop(self._issued.hash_of.get(name, b""), None)
            if entry is not None:
                entry.release()

    # Inside

    def _forget_all(self) -> None:
        entries = self._entries
        self._entries, self._at_place, self._strangers, self._kept = {}, {}, {}, count(1)
        self._issued.latest.clear()
        for entry in tuple(entries.values()):
            entry.release()
        self._forget_unkept()

    def _forget_unkept(self) -> None:
        forgotten, self._last_unkept = self._last_unkept, {}
        for facts in tuple(forgotten.values()):
            facts.derived.release()

    def _make_room(self) -> None:
        """Call it before something more is kept: after so many, everything that was put together is forgotten."""
        if next(self._kept) > FACTS_KEPT:
            self._forget_all()
            next(self._kept)

    def _make_room_for_strangers(self, name: str, address: str) -> None:
        """Call it before something is kept for nobody at one more address: after so many, those are forgotten."""
        if len(self._strangers) >= STRANGERS_KEPT:
            strangers, self._strangers = self._strangers, {}
            for gone, its_address in tuple(strangers.items()):
                entry = self._entries.pop(gone, None)
                names = self._at_place.get(normal(its_address))
                if names is not None:
                    names.discard(gone)
                    if not names:
                        self._at_place.pop(normal(its_address), None)
                if entry is not None:
                    entry.release()
        self._strangers[name] = address


def _name_of(session: Session | None, address: str) -> str:
    """Under which name something is kept for a session, or for nobody at this address."""
    return session.id if session is not None else f"nobody at {address}"
