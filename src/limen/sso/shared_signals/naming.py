"""Which person a receiver means by a subject identifier. Pure."""

from __future__ import annotations

import msgspec

from limen.facts import App, FactStore, Person
from limen.sso.shared_signals import subjects
from limen.sso.shared_signals.receivers import SignalReceiver, SubjectFormat
from limen.sso.shared_signals.subjects import Email, IssSub, SubjectError
from limen.sso.shared_signals.telling import Teller


def person_named(value: msgspec.Raw, receiver: SignalReceiver, known: FactStore, teller: Teller) -> Person | None:
    """Whom it names, by the names by which this receiver is told of people; None where that is nobody."""
    try:
        names = subjects.user_of(subjects.read(msgspec.json.decode(value)))
    except (SubjectError, msgspec.MsgspecError, RecursionError):
        return None
    app = known.apps.get(receiver.app)
    addresses = {one.email.casefold() for one in names if isinstance(one, Email) and _is_told_addresses(receiver, app)}
    subs = {one.sub for one in names if isinstance(one, IssSub) and one.iss == teller.issuer}

    def is_meant(person: Person) -> bool:
        has_address = bool(person.email) and person.email.casefold() in addresses
        return has_address or (app is not None and bool(subs) and teller.subject(person.id, app) in subs)

    meant = [one for one in known.people.values() if is_meant(one)]
    return meant[0] if len(meant) == 1 else None


def _is_told_addresses(receiver: SignalReceiver, app: App | None) -> bool:
    """Whether it knows people by their addresses: by its events, or by the ID tokens of its app."""
    is_told_by_app = app is not None and app.oidc is not None and "email" in app.oidc.scopes
    return receiver.subject is SubjectFormat.EMAIL or is_told_by_app
