"""The tokens by which receivers call Limen: created and ended by administrators, shown once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from limen.clock import Instant
from limen.credentials import CredentialKind, Ending, Stays
from limen.errors import LimenError
from limen.events import Event
from limen.sso.shared_signals import kinds
from limen.sso.shared_signals.receivers import SignalReceiver
from limen.sso.shared_signals.store import TOKENS, signal_streams
from limen.storage import Transaction
from limen.storage.service_tokens import AT_ONCE


def make(transaction: Transaction, receiver: SignalReceiver, now: Instant, *, by: str) -> str:
    """A token, good for a year; this is the only moment at which it is known. Raises LimenError where it has two."""
    if len(TOKENS.of(transaction.connection, receiver.id, now)) >= AT_ONCE:
        raise LimenError(f"{receiver.name} has two tokens already", "end the old one first")
    token, token_id = TOKENS.make(transaction.connection, receiver.id, now)
    _say(transaction, kinds.TOKEN_MADE, receiver.id, token_id, now, by)
    return token


def end(transaction: Transaction, token_id: str, now: Instant, *, by: str) -> None:
    """It opens nothing from now on. Raises LimenError."""
    receiver = TOKENS.end(transaction.connection, token_id)
    if not receiver:
        raise LimenError("There is no such token any more", "`limen signals tokens` and the page Signals list them")
    _say(transaction, kinds.TOKEN_ENDED, receiver, token_id, now, by)


def end_of_others(transaction: Transaction, declared: Collection[str], made_before: Instant, now: Instant) -> None:
    """Those of receivers that are not declared any more open nothing from now on, whoever is declared by that name
    later. One that was made since then may be of a receiver that is not known here yet.
    """
    for one in TOKENS.every(transaction.connection):
        if one.service not in declared and one.made_at < made_before:
            end(transaction, one.id, now, by="")


def _say(transaction: Transaction, kind: str, receiver: str, token_id: str, now: Instant, by: str) -> None:
    details: dict[str, str | int | bool] = {"receiver": receiver, "token": token_id}
    transaction.say(Event(at=now, kind=kind, actor=by, details=details))


def _end_every(transaction: Transaction, _ending: Ending) -> int:
    return TOKENS.end_every(transaction.connection)


_NOBODYS: Final = Stays("it is another service's, and nobody's; whoever may administer ends it on the page Signals")
_HEADER: Final = Stays("it is what another service wants to be sent, and is deleted with its stream")
CREDENTIALS: Final = (
    CredentialKind(
        name="signal_tokens",
        table=TOKENS.table.name,
        deactivated=_NOBODYS,
        moved=_NOBODYS,
        signed_out=_NOBODYS,
        lost=_NOBODYS,
        stolen=_NOBODYS,
        remains=_NOBODYS,
        restored=_end_every,  # which were ended since, an old database does not know
        erased=_NOBODYS,
    ),
    CredentialKind(
        name="headers_of_signal_receivers",
        table=signal_streams.name,
        deactivated=_HEADER,
        moved=_HEADER,
        signed_out=_HEADER,
        lost=_HEADER,
        stolen=_HEADER,
        remains=_HEADER,
        restored=_HEADER,
        erased=_HEADER,
    ),
)
