"""What an event means here, in the transaction that takes its token: sign-ins end, a device is marked, a risk rises.

An event only ever takes access away. None gives any back, so it does not matter in which order they come; what is good
news of a device ends what the same transmitter said before, and not what it said later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from limen.clock import DAY, Instant
from limen.events import Event
from limen.facts import FactStore, Person
from limen.pillar import SignalledDevices, SignalledPeople
from limen.printable import one_line
from limen.sso.shared_signals.event_types import (
    AccountCredentialChangeRequired,
    AccountDisabled,
    AccountPurged,
    AssuranceLevelChange,
    CredentialChange,
    CredentialCompromise,
    DeviceComplianceChange,
    IdentifierRecycled,
    RiskLevelChange,
    SecurityEvent,
    SessionRevoked,
    SessionsRevoked,
    TokenClaimsChange,
    short_name,
)
from limen.sso.shared_signals.receiving import store
from limen.sso.shared_signals.receiving.store import DisabledElsewhere
from limen.sso.shared_signals.receiving.transmitter import May, SignalTransmitter
from limen.sso.shared_signals.receiving.whom import NO_SUBJECT, NOBODY, Whom
from limen.storage import Transaction

LONGEST_REASON: Final = 200
_LEVELS: Final = {"LOW": 1, "MEDIUM": 2, "HIGH": 3}
_WORDS: Final = ("", "low", "medium", "high")


@dataclass(slots=True)
class Effects:
    """One event of one transmitter, in a transaction. `at` is when it happened, `said_by` is that by the
    clock of who says it, `upstreams` the issuers of whose
    accounts the transmitter may speak. What was done is in `did`, a word for each.
    """

    transaction: Transaction
    transmitter: SignalTransmitter
    facts: FactStore
    people: SignalledPeople
    devices: SignalledDevices | None
    upstreams: tuple[str, ...]
    event: SecurityEvent
    whom: Whom
    at: Instant
    said_by: Instant
    now: Instant
    did: list[str] = field(default_factory=list)
    risk: int = 0

    def apply(self) -> None:
        """Do what it means, and say so in the journal."""
        is_of_a_device = _device_level(self.event) is not None
        if self.whom.has_device or is_of_a_device:
            self._of_devices(is_of_a_device=is_of_a_device)
            return
        self._of_person()
        if self.whom.person_id:
            self._say("received_signal.person", subject=self.whom.person_id)
        elif not self.did:
            self._unknown(NOBODY)  # a session there that nobody here has

    # What events mean of a person

    def _of_person(self) -> None:
        match self.event:
            case SessionRevoked() | SessionsRevoked():
                self._sign_out()
            case TokenClaimsChange(claims=claims):
                self._claims_changed(claims)
            case AssuranceLevelChange(change_direction=direction) if direction != "increase":
                self._weaken()
            case CredentialChange(change_type=change):
                self._raise(2 if change in {"revoke", "delete"} else 1)
            case CredentialCompromise() | AccountCredentialChangeRequired() | IdentifierRecycled():
                self._sign_out()
                self._raise(3)
            case AccountPurged():
                self._sign_out()
                self._disable()
            case AccountDisabled(cause=cause):
                self._sign_out()
                self._raise(3 if cause == "hijacking" else 2)
                self._disable()
            case RiskLevelChange(current_level=level) if level != "LOW":
                self._raise(_LEVELS[level])

    def _sign_out(self, issuers: Sequence[str] = ()) -> None:
        """End the one session that is named; where nobody can tell which that is, the sign-ins that rest on these
        issuers, or on any of `upstreams`, and all of the person's where the company says so.
        """
        if not self.transmitter.may_do(May.END_SESSIONS):
            return
        person_id, there = self.whom.person_id, issuers or self.upstreams
        if self.transmitter.ends_all and person_id:
            ended = sum(self._end_one(issuer) for issuer in there) or self._end()
        else:
            ended = sum(self._end_one(issuer) or (self._end(issuer) if person_id else 0) for issuer in there)
        if ended:
            self.did.append("sign-ins-ended")

    def _end_one(self, issuer: str) -> int:
        """The one session that is meant. 0 where none is named, or nobody can tell which that is."""
        return self._end(issuer, self.whom.sid) if self.whom.sid else 0

    def _end(self, issuer: str = "", sid: str = "") -> int:
        about = (self.transaction, self.whom.person_id, self.now, self.at, self._why)
        return self.people.end_sign_ins(*about, said_by=self.said_by, issuer=issuer, sid=sid)

    def _claims_changed(self, claims: Mapping[str, Any]) -> None:
        """Whoever no longer brings what `require` in sign-in.yaml demands is signed out; groups are read again."""
        several = {name: value if isinstance(value, list) else [value] for name, value in claims.items()}
        issuers = [
            one.url
            for one in self.facts.issuers.values()
            if one.url in self.upstreams
            and any(value not in several.get(name, [value]) for name, value in one.required)
        ]
        if issuers:
            self._sign_out(issuers)
        if self.whom.person_id and self.people.read_again(self.transaction, self.whom.person_id):
            self.did.append("directory-asked")

    def _weaken(self) -> None:
        """What proves less now counts as one factor. What proves more counts once somebody signs in with it."""
        if not self.transmitter.may_do(May.END_SESSIONS) or not self.whom.person_id:
            return
        about, weaken = (self.transaction, self.whom.person_id), self.people.weaken
        if sum(weaken(*about, issuer, self.said_by, self.now) for issuer in self.upstreams):
            self.did.append("sign-ins-weakened")

    # What is done

    def _raise(self, level: int) -> None:
        """The journal says it; what watches the journal makes it a risk (rules `account-at-risk-elsewhere`)."""
        if self.transmitter.may_do(May.RAISE_RISK):
            self.risk = level
            self.did.append(f"risk-{_WORDS[level]}")

    def _disable(self) -> None:
        """Suspend the account, unless its person is guarded or the transmitter takes too many."""
        person = self.facts.people.get(self.whom.person_id)
        if person is None or not self.transmitter.may_do(May.DISABLE_ACCOUNTS):
            return
        connection, name = self.transaction.connection, self.transmitter.id
        if not self.people.can_suspend(self.transaction, person.id, name):
            return
        if self.people.is_guarded(person):
            self.did.append("spared")
            self._say("received_signal.spared", subject=person.id)
            return
        before = store.disabled(connection, name, person.id)
        if before is not None and before.at >= self.at:
            return  # said before, or by now overtaken: whoever was kept or asked about stays so
        taken = store.taken_since(connection, name, self.now - DAY)
        is_out = self.people.is_out(self.transaction, person.id)
        if taken >= self.transmitter.most_disabled(self._spoken_of()) and not is_out:
            taken_at = before.taken_at if before is not None else 0
            self._keep_disabled(person, store.ASKED_ABOUT, self.at, taken_at)
            self.did.append("disabling-asked")
            self._say("received_signal.stopped", subject=person.id)
        elif self.people.suspend(self.transaction, person.id, name, self.now):
            self._keep_disabled(person, store.TAKEN, self.now, 0 if is_out else self.now)
            self.did.append("account-suspended")

    def _keep_disabled(self, person: Person, state: str, at: Instant, taken_at: Instant) -> None:
        kept = DisabledElsewhere(self.transmitter.id, person.id, at, state, self._why, taken_at)
        store.keep_disabled(self.transaction.connection, kept)

    def _spoken_of(self) -> int:
        """How many people the transmitter may speak of, of those with access."""
        linked = frozenset[str]().union(*(self.people.linked_to(self.transaction, one) for one in self.upstreams))
        return sum(
            one.active and (one.id in linked or self.transmitter.speaks_for_address(one.email))
            for one in self.facts.people.values()
        )

    # Of devices

    def _of_devices(self, *, is_of_a_device: bool) -> None:
        """Bad news counts against each device that may be meant; good news for the one that is meant alone."""
        level = _device_level(self.event) if is_of_a_device else None
        if not self.whom.devices:
            self._unknown(NO_SUBJECT)
        for device_id, owner_id in self.whom.devices:
            self.did = []
            if isinstance(self.event, SessionRevoked | SessionsRevoked):
                self._end_on(device_id)
            elif level is not None and self.transmitter.may_do(May.MARK_DEVICES):
                self._mark(device_id, level)
            self._say("received_signal.device", subject=owner_id, device=device_id)

    def _end_on(self, device_id: str) -> None:
        if self.devices is not None and self.transmitter.may_do(May.END_SESSIONS):
            self.devices.end(self.transaction, device_id, self.transmitter.as_source, self.now)
            self.did.append("sign-ins-ended")

    def _mark(self, device_id: str, level: int) -> None:
        if self.devices is None:
            return
        changed = self.devices.tell(
            self.transaction,
            device_id,
            self.transmitter.as_source,
            self.now,
            ref=short_name(self.event.uri),
            level=level,
            title=self._reason or short_name(self.event.uri),
            at=self.at,
            when_high=self.transmitter.when_high,
            is_sure=self.whom.is_sure,
        )
        if changed:
            self.did.append(f"marked-{_WORDS[level]}" if level else "marked-well")

    # What is said

    def _unknown(self, word: str) -> None:
        store.count(self.transaction.connection, self.transmitter.id, store.UNKNOWN, word, self.now)

    @property
    def _reason(self) -> str:
        return one_line(self.event.reason, LONGEST_REASON)

    @property
    def _why(self) -> str:
        """Why, for whoever reads of it: who says so, of what, and with which reason."""
        said = f"{self.transmitter.name}: {short_name(self.event.uri)}"
        return f"{said} ({self._reason})"[:LONGEST_REASON] if self._reason else said

    def _say(self, kind: str, *, subject: str, device: str = "") -> None:
        details: dict[str, str | int | bool] = {
            "transmitter": self.transmitter.id,
            "event": short_name(self.event.uri),
            "did": ", ".join(self.did) or "noted",
            "why": self._why,
        }
        if self.risk:
            details["level"] = _WORDS[self.risk]
        self.transaction.say(Event(at=self.now, kind=kind, subject=subject, device=device, details=details))


def _device_level(event: SecurityEvent) -> int | None:
    """What an event says of a device, 0 to 3: nothing against it, to high; None: nothing of the kind."""
    if isinstance(event, DeviceComplianceChange):
        return 0 if event.current_status == "compliant" else 3
    if isinstance(event, RiskLevelChange):
        is_of_a_device = event.principal.casefold() == "device"
        return (_LEVELS[event.current_level] if event.current_level != "LOW" else 0) if is_of_a_device else None
    return None
