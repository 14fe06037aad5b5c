"""How accounts at apps end when something ends that they rest on: within the very transaction, each becomes due."""

from __future__ import annotations

from typing import Any, Final

from limen.clock import Instant
from limen.credentials import CredentialKind, Ending, Stays, rows_of
from limen.sso.provisioning import store
from limen.sso.provisioning.model import State
from limen.storage import Transaction


def _end(transaction: Transaction, ending: Ending) -> int:
    return store.end(transaction.connection, ending.holder, ending.now)


def _look_again(transaction: Transaction, ending: Ending) -> int:
    """By their groups of now; and whoever is suspended has no account for so long."""
    return store.look_again(transaction.connection, ending.holder)


def _erase(transaction: Transaction, ending: Ending) -> int:
    return store.erase(transaction.connection, ending.holder, ending.now)


def _compare(transaction: Transaction, _ending: Ending) -> int:
    return store.compare_every_app(transaction.connection)


def _is_on(columns: Any, _now: Instant) -> Any:
    """An account that was seen to be off stays as a row, which is the proof."""
    return (columns.off_at == 0) & (columns.state != State.WAITING)


CREDENTIALS: Final = (
    CredentialKind(
        name="accounts_at_apps",
        table=store.provisioned_accounts.name,
        remains=rows_of(store.provisioned_accounts, _is_on),
        deactivated=_end,
        moved=_look_again,
        signed_out=_look_again,
        lost=Stays("it is theirs, whatever they sign in with"),
        stolen=Stays("it is theirs; sign-ins at the app end with their sessions"),
        restored=_compare,
        erased=_erase,
    ),
)
