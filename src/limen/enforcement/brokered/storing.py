"""Storing the secret of a brokered account, and forgetting it: nobody is ever shown it again."""

from __future__ import annotations

from typing import Final

from limen.clock import Instant
from limen.enforcement.brokered import store
from limen.errors import LimenError
from limen.events import Event
from limen.facts import App
from limen.storage import Keyring, Transaction

LONGEST: Final = 1_000
"""Characters of a secret."""


def fit_secret(text: str) -> str:
    """What was typed, where it can be a secret. Raises LimenError."""
    secret = text.strip()
    if not 0 < len(secret) <= LONGEST or not secret.isprintable():
        raise LimenError("that is no secret", "paste the one value that the vendor's site takes, in one line")
    return secret


def store_secret(
    transaction: Transaction, keyring: Keyring, app: App, secret: str, now: Instant, *, by: str, session: str = ""
) -> None:
    """From now on Limen signs people in at the app with this secret; a running server uses it at once."""
    store.keep(transaction.connection, keyring, app, secret, now)
    user = app.account.user if app.account is not None else ""
    details: dict[str, str | int | bool] = {"app": app.id, "account": user}
    transaction.say(Event(at=now, kind="brokered.secret_stored", actor=by, session=session, details=details))
    transaction.changed(store.CHANGED, app.id)


def remove_secret(transaction: Transaction, app_id: str, now: Instant, *, by: str, session: str = "") -> bool:
    """Forget it: nobody is signed in there any more. False where there was none."""
    if not store.drop(transaction.connection, app_id):
        return False
    event = Event(at=now, kind="brokered.secret_removed", actor=by, session=session, details={"app": app_id})
    transaction.say(event)
    transaction.changed(store.CHANGED, app_id)
    return True
