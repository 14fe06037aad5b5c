"""What administrators do about services that share signals: tokens stored and created, and accounts decided about."""

from __future__ import annotations

from dataclasses import replace

from limen.clock import Instant
from limen.errors import LimenError
from limen.events import Event
from limen.opaque import hash_of, new_token
from limen.pillar import SignalledPeople
from limen.sso.shared_signals.receiving import store
from limen.sso.shared_signals.receiving.transmitter import SignalTransmitter
from limen.storage import Keyring, Transaction


class NothingWaitsError(LimenError):
    """There is nothing to decide about this account."""

    def __init__(self) -> None:
        super().__init__("nothing waits for a decision there", "`limen signals open` and the console list what does")


class NotSuspendedError(LimenError):
    """The account stays active, whatever was decided."""

    def __init__(self) -> None:
        what = "this account can't be suspended: it is not active, or its person has a role in Limen"
        super().__init__(what, "keep it; or take the role away first")


def keep_token(
    transaction: Transaction, keyring: Keyring, transmitter: SignalTransmitter, token: str, now: Instant, *, by: str
) -> None:
    """From now on Limen proves itself by this at the transmitter, and nowhere else; it is asked at the next turn."""
    store.ASKED.keep_secret(transaction.connection, keyring, transmitter.id, transmitter.issuer, token)
    _say(transaction, "received_signal.secret_kept", transmitter.id, now, by=by)


def make_push_token(transaction: Transaction, transmitter: SignalTransmitter, now: Instant, *, by: str) -> str:
    """What the transmitter proves itself with from now on, where somebody makes the stream there by hand."""
    if transmitter.makes_stream:
        fix = f"store Limen's own token there: `limen signals connect {transmitter.id}`"
        raise LimenError(f"Limen makes the stream at {transmitter.name}, and what it sends with", fix)
    token = new_token()
    store.keep(transaction.connection, transmitter.id, push_hash=hash_of(token).hex(), issuer=transmitter.issuer)
    _say(transaction, "received_signal.secret_kept", transmitter.id, now, by=by)
    return token


def answer(
    transaction: Transaction,
    people: SignalledPeople,
    transmitter: str,
    person_id: str,
    now: Instant,
    *,
    is_disabled: bool,
    by: str,
) -> None:
    """Disable an account after all, or let it be until the transmitter says it anew.

    Raises NothingWaitsError; NotSuspendedError where the account can't be disabled, which goes on waiting then.
    """
    waits = store.disabled(transaction.connection, transmitter, person_id)
    if waits is None or waits.state != store.ASKED_ABOUT:
        raise NothingWaitsError
    if is_disabled and not people.suspend(transaction, person_id, transmitter, now):
        raise NotSuspendedError
    state = store.DECIDED if is_disabled else store.KEPT
    store.keep_disabled(transaction.connection, replace(waits, state=state))
    word = "disabled" if is_disabled else "kept"
    _say(transaction, "received_signal.answered", transmitter, now, by=by, subject=person_id, answer=word)


def _say(
    transaction: Transaction, kind: str, transmitter: str, now: Instant, *, by: str, subject: str = "", **more: str
) -> None:
    details = {"transmitter": transmitter, **more}
    transaction.say(Event(at=now, kind=kind, actor=by, subject=subject, details={**details}))
