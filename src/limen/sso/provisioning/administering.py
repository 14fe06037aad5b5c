"""What administrators decide about accounts at apps, each in a transaction; Limen does it from the next turn on.

`by` is the ID of who decides, or the server's. All raise LimenError where it can't be.
"""

from __future__ import annotations

from typing import Final

from limen.clock import Instant
from limen.errors import LimenError
from limen.events import Event
from limen.facts import Person
from limen.facts.provision import Provision
from limen.opaque import new_id
from limen.sso.provisioning import store
from limen.sso.provisioning.model import HeldAccount, State, wanted
from limen.sso.provisioning.planning import of_app
from limen.sso.provisioning.store import Difference, DifferenceKind
from limen.storage import Transaction

_COMPARE_FIRST: Final = "compare the app again, and look at what it has now"


def go_on(transaction: Transaction, app: str, now: Instant, *, by: str, seen: str | None = None) -> int:
    """Do what was stopped because it is so much at once; how many accounts that is about. `seen` is the number that was
    shown to whoever decides: where it is about more or fewer by now, they look again.
    """
    connection = transaction.connection
    asking = [one.id for one in store.accounts(connection, app=app) if one.state is State.ASKING]
    state = store.app_states(connection).get(app)
    missing = state.stopped if state is not None else 0
    if not asking and not missing:
        raise LimenError("Nothing waits for an answer there", "reload the page to see how it is now")
    if seen is not None and seen != str(len(asking) + missing):
        raise LimenError("This is about another number of accounts by now", "look at it again, then answer")
    store.set_leaving(connection, asking, now, stay=True)
    if missing:
        store.set_app(connection, app, may_go_on=True)
        store.ASKED.ask_soon(connection, app)
    transaction.say(of_app("provision.allowed", app, now, number=len(asking) + missing, by=by))
    return len(asking) + missing


def link(
    transaction: Transaction,
    app: str,
    provision: Provision,
    remote_id: str,
    person: Person,
    now: Instant,
    *,
    by: str,
    today: str,
) -> None:
    """An account there that nobody here had is this person's from now on. `today` and their first day as
    `Provision.is_for` takes them.
    """
    connection = transaction.connection
    _difference(transaction, app, remote_id, DifferenceKind.STRANGER)
    if wanted(person, provision, "pa_0", today) is None:
        fix = "add them to one of the groups that apps.yaml names there, or deactivate the account"
        if person.first_day > today:
            fix = f"link it on their first day, {person.first_day}, or deactivate the account"
        raise LimenError(f"{person.name} is to have no account there", fix)
    mine = [one for one in store.accounts(connection, people=[person.id]) if one.app == app]
    if any(one.remote_id for one in mine):
        raise LimenError(f"{person.name} has another account there", "deactivate the one that is not used")
    if not mine:
        new = HeldAccount(id=new_id("pa"), app=app, person_id=person.id, state=State.WAITING, since=now)
        store.add(connection, new)
        mine = [new]
    store.link(connection, mine[0], remote_id)
    store.drop_difference(connection, app, remote_id)
    details = {"app": app, "account": mine[0].id}
    transaction.say(Event(at=now, kind="provision.linked", actor=by, subject=person.id, details={**details}))


def deactivate(transaction: Transaction, app: str, remote_id: str, now: Instant, *, by: str) -> None:
    """Have an account deactivated there that nobody here has."""
    connection = transaction.connection
    _difference(transaction, app, remote_id, DifferenceKind.STRANGER)
    account_id = new_id("pa")
    one = HeldAccount(
        id=account_id,
        app=app,
        person_id=account_id,
        state=State.LEAVING,
        since=now,
        remote_id=remote_id,
        left_at=now,
    )
    store.add(connection, one)
    store.drop_difference(connection, app, remote_id)
    details = {"app": app, "account": account_id}
    transaction.say(Event(at=now, kind="provision.stranger_ended", actor=by, details={**details}))


def reactivate(transaction: Transaction, app: str, remote_id: str, now: Instant, *, by: str) -> None:
    """Have somebody's account active again that was deactivated there."""
    found = _difference(transaction, app, remote_id, DifferenceKind.OFF)
    store.send_again(transaction.connection, [found.account_id], now)
    store.drop_difference(transaction.connection, app, remote_id)
    transaction.say(of_app("provision.allowed", app, now, number=1, by=by))


def _difference(transaction: Transaction, app: str, remote_id: str, kind: DifferenceKind) -> Difference:
    for one in store.differences(transaction.connection, app):
        if one.remote_id == remote_id and one.kind is kind:
            return one
    raise LimenError("There is no such account any more", _COMPARE_FIRST)
