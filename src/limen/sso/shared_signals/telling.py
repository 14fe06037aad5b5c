"""What one receiver is told of something that happened: the subject by the names that it knows, the event, or nothing.
Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import msgspec

from limen.clock import Instant
from limen.facts import App, Person
from limen.facts.required_factors import EVERYONE
from limen.opaque import new_id
from limen.sso.oidc.claims import groups_told
from limen.sso.shared_signals import event_types, sets
from limen.sso.shared_signals.event_types import SecurityEvent, TokenClaimsChange
from limen.sso.shared_signals.outbox_store import DueSet, Noted
from limen.sso.shared_signals.receivers import SignalReceiver, SubjectFormat
from limen.sso.shared_signals.sets import SecurityEventToken
from limen.sso.shared_signals.store import Stream
from limen.sso.shared_signals.subjects import Complex, Email, IssSub, Opaque, Simple, Subject


@dataclass(frozen=True, slots=True)
class Teller:
    """`issuer` is who tells; `subject` is who somebody is to an app, by their ID."""

    issuer: str
    subject: Callable[[str, App], str]

    def is_due(self, noted: Noted, receiver: SignalReceiver, stream: Stream) -> bool:
        """Whether this stream is told of this at all: it asked for it, and is entitled to it."""
        if noted.uri not in stream.events or noted.uri not in receiver.event_uris:
            return False
        return receiver.is_told_of({*noted.groups, *noted.left}, noted.apps)

    def told(
        self, noted: Noted, receiver: SignalReceiver, app: App | None, stream: Stream, sids: Iterable[str], now: Instant
    ) -> Iterator[DueSet]:
        """The tokens of it. `sids` is what ID tokens of its app called the sign-ins by the session that is meant: of an
        app that signs people in by Limen each is told by itself, and where there was none, nothing is.
        """
        event = _filled_in(noted, receiver, app)
        if event is None:
            return
        user = self._user(noted, receiver, app)
        for subject in _subjects(user, noted, app, sids):
            token = SecurityEventToken(
                id=new_id("j"),
                issuer=self.issuer,
                audience=receiver.audience,
                issued_at=now,
                subject=subject,
                events=(event,),
                transaction=noted.change,
                happened_at=noted.at,
            )
            yield DueSet(token.id, stream.id, noted.person, now, sets.claims_of(token))

    def _user(self, noted: Noted, receiver: SignalReceiver, app: App | None) -> Simple:
        if receiver.subject is SubjectFormat.ISS_SUB and app is not None:
            return IssSub(self.issuer, self.subject(noted.person, app))
        return Email(noted.email)


def stream_token(issuer: str, event: SecurityEvent, receiver: SignalReceiver, stream: Stream, now: Instant) -> DueSet:
    """A token about the stream itself (SSF 1.0 sections 8.1.4 and 8.1.5)."""
    token = SecurityEventToken(
        id=new_id("j"),
        issuer=issuer,
        audience=receiver.audience,
        issued_at=now,
        subject=Opaque(stream.id),
        events=(event,),
    )
    return DueSet(token.id, stream.id, "", now, sets.claims_of(token))


def about_somebody(noted: Noted, person: Person, apps: Iterable[str]) -> Noted:
    """What is about everybody, about one of them."""
    return msgspec.structs.replace(
        noted,
        person=person.id,
        email=person.email,
        groups=tuple(sorted(person.groups)),
        apps=tuple(sorted(apps)),
        after="",
    )


def _subjects(user: Simple, noted: Noted, app: App | None, sids: Iterable[str]) -> Iterator[Subject]:
    if noted.session:
        is_signed_in_by_limen = app is not None and (app.oidc is not None or app.saml is not None)
        for session in sids if is_signed_in_by_limen else [noted.session]:
            yield Complex(user=user, session=Opaque(session))
    elif noted.device:
        yield Complex(user=user, device=Opaque(noted.device))
    else:
        yield user


def _filled_in(noted: Noted, receiver: SignalReceiver, app: App | None) -> SecurityEvent | None:
    """The event, where claims are told with those that this receiver may know; None where it may know none of them."""
    event = event_types.read(noted.uri, noted.event)
    if not isinstance(event, TokenClaimsChange):
        return event
    told = {name: value for name in event.claims if (value := _claim(name, noted, receiver, app)) is not None}
    return msgspec.structs.replace(event, claims=told) if told else None


def _claim(name: str, noted: Noted, receiver: SignalReceiver, app: App | None) -> object:
    """A claim as the ID tokens of the receiver's app say it; without an app as far as it is told about these groups."""
    if app is not None and app.oidc is not None:
        if name not in app.oidc.scopes:
            return None
        return groups_told(noted.groups, app.oidc.groups) if name == "groups" else noted.email
    if name == "groups":
        is_told_all = EVERYONE in receiver.about
        return [one for one in noted.groups if is_told_all or one in receiver.about]
    return noted.email if receiver.subject is SubjectFormat.ISS_SUB else None
