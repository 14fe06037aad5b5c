"""Whom a subject means here, of those whom its transmitter may speak of: one person, or nobody; devices.

A transmitter names people by its upstream's account (`iss_sub`), by their email address, or by a session there. What it
has no right to name is not looked up: its answer never tells who is known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from limen.clock import Instant
from limen.facts import FactStore
from limen.pillar import SignalledDevices, SignalledPeople
from limen.sso.shared_signals.receiving.transmitter import SignalTransmitter
from limen.sso.shared_signals.subjects import (
    Account,
    Complex,
    Email,
    IssSub,
    Opaque,
    Plain,
    Subject,
    names_of,
    user_of,
)
from limen.storage import Snapshot

NO_SUBJECT: Final = "no-subject"
FORMAT: Final = "format"
NOBODY: Final = "nobody"
SEVERAL: Final = "several"
NOT_ITS_OWN: Final = "not-its-own"
NARROWER: Final = "narrower"
_ACCOUNT: Final = "acct:"
_LONGEST_ID: Final = 255


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom an event is about. `word` says why nobody is meant ("": somebody or something is).

    `sid` is the upstream's name of the one session that it is about. `devices` are those that may be meant, each with
    its owner's ID; `has_device` tells that some device was named, `is_sure` that no other fits, of whomever.
    """

    person_id: str = ""
    sid: str = ""
    devices: tuple[tuple[str, str], ...] = ()
    has_device: bool = False
    is_sure: bool = False
    word: str = ""


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds whom one transmitter means. `devices` is None where Limen knows of none."""

    transmitter: SignalTransmitter
    facts: FactStore
    people: SignalledPeople
    devices: SignalledDevices | None
    now: Instant

    @property
    def upstreams(self) -> tuple[str, ...]:
        """The issuers of whose linked people it may speak."""
        issuers = (self.facts.issuers.get(one) for one in self.transmitter.upstreams)
        return tuple(one.url for one in issuers if one is not None)

    def find(self, snapshot: Snapshot, subject: Subject | None) -> Whom:
        if subject is None:
            return Whom(word=NO_SUBJECT)
        parts = subject if isinstance(subject, Complex) else Complex(user=subject)
        if parts.group is not None or parts.application is not None:
            return Whom(word=NARROWER)  # it is about less than the person, and nothing here is just that
        devices, is_sure, device_word = self._devices(snapshot, names_of(parts.device))
        sid = next((one.id for one in names_of(parts.session) if isinstance(one, Opaque)), "")[:_LONGEST_ID]
        person_id, word = self._person(snapshot, user_of(subject))
        if parts.device is not None:
            return Whom(person_id, sid, devices, has_device=True, is_sure=is_sure, word=device_word)
        if parts.user is None and sid and self.upstreams:
            return Whom(sid=sid)
        return Whom(person_id, sid, word=word)

    def accounts(self, subject: Subject | None) -> tuple[tuple[str, str], ...]:
        """The accounts of its upstreams that this subject names, whoever is linked to them: issuer and subject."""
        named = [one for one in user_of(subject) if isinstance(one, IssSub) and one.iss in self.upstreams]
        return tuple((one.iss, one.sub[:_LONGEST_ID]) for one in named)

    # People

    def _person(self, snapshot: Snapshot, names: tuple[Plain, ...]) -> tuple[str, str]:
        """The id of the one person that these names mean, or why they mean nobody."""
        if not names:
            return "", NO_SUBJECT
        found, words = set[str](), []
        for name in names:
            person_id, word = self._named(snapshot, name)
            words.append(word)
            if person_id:
                found.add(person_id)
        if len(found) > 1:
            return "", SEVERAL
        if found:
            return found.pop(), ""
        return "", next((one for one in (NOT_ITS_OWN, NOBODY) if one in words), FORMAT)

    def _named(self, snapshot: Snapshot, name: Plain) -> tuple[str, str]:
        match name:
            case IssSub(iss=issuer, sub=subject):
                if issuer not in self.upstreams:
                    return "", NOT_ITS_OWN
                return _or_nobody(self.people.linked(snapshot, issuer, subject[:_LONGEST_ID]))
            case Email(email=address):
                return self._with_address(snapshot, address)
            case Account(uri=uri) if uri.casefold().startswith(_ACCOUNT):
                return self._with_address(snapshot, uri[len(_ACCOUNT) :])
        return "", FORMAT

    def _with_address(self, snapshot: Snapshot, address: str) -> tuple[str, str]:
        if not self.transmitter.speaks_for_address(address):
            return "", NOT_ITS_OWN
        person_id = self.people.with_address(snapshot, address)
        person = self.facts.people.get(person_id)
        if person is not None and not self.transmitter.speaks_for_address(person.email):
            return "", NOT_ITS_OWN  # as it is written here, the address is of another domain
        return _or_nobody(person_id)

    # Devices

    def _devices(self, snapshot: Snapshot, names: tuple[Plain, ...]) -> tuple[tuple[tuple[str, str], ...], bool, str]:
        """Those that the names may mean, and whether they fit no other. Each name must mean the same, or nothing."""
        if self.devices is None or not names:
            return (), False, NOBODY
        called = [one.id if isinstance(one, Opaque) else one.sub for one in names if isinstance(one, Opaque | IssSub)]
        if not called:
            return (), False, FORMAT
        each = [frozenset(self.devices.meant(name[:100], self.now)) for name in called]
        known = [one for one in each if one]
        if not known:
            return (), False, NOBODY
        if any(one != known[0] for one in known):
            return (), False, SEVERAL
        allowed = sorted(one for one in known[0] if self._speaks_of(snapshot, one[1]))
        return tuple(allowed), len(allowed) == len(known[0]) == 1, "" if allowed else NOT_ITS_OWN

    def _speaks_of(self, snapshot: Snapshot, person_id: str) -> bool:
        if self.transmitter.of_all_devices:
            return True
        person = self.facts.people.get(person_id)
        has_address = person is not None and self.transmitter.speaks_for_address(person.email)
        return has_address or any(person_id in self.people.linked_to(snapshot, one) for one in self.upstreams)


def _or_nobody(person_id: str) -> tuple[str, str]:
    return person_id, "" if person_id else NOBODY
