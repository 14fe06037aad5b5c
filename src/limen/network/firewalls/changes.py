"""A change of a firewall that follows Limen: sent, confirmed, undone, or what was confirmed last loaded anew.

Pages and the command line do it alike, each on its own connection.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final, Literal, TypeAlias

from limen.clock import Instant
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.network.firewalls import store
from limen.network.firewalls.store import CONFIRMED, REFUSED, TRIAL, UNDONE, RulesetChange
from limen.opaque import new_id
from limen.storage import Transaction

Needs: TypeAlias = Literal["confirmation", "reach"]
_TOLD: Final = {
    CONFIRMED: "network.change_confirmed",
    UNDONE: "network.change_undone",
    REFUSED: "network.change_refused",
}


def make_change(
    transaction: Transaction, name: str, ruleset: str, needs: Needs, now: Instant, by: str
) -> RulesetChange:
    """Send a ruleset (nft's JSON) to the firewall of this name, on trial. Raises LimenError where none enrolled."""
    if name not in {one.name for one in store.firewalls(transaction.connection)}:
        raise LimenError(f"no firewall {name[:40]!r} has enrolled", f"`limen firewall setup {name[:40]}`")
    change = RulesetChange(new_id("nc"), name, sha256(ruleset.encode()).hexdigest(), needs, now, by)
    store.add_change(transaction.connection, change, ruleset)
    transaction.changed(store.CHANGED, name)
    transaction.say(Event(at=now, kind="network.change_made", actor=by, details={"firewall": name}))
    return change


def end_change(transaction: Transaction, change: RulesetChange, state: str, why: str, now: Instant, by: str) -> bool:
    """What became of a change; whether it was open."""
    if not store.end_change(transaction.connection, change.id, state, why, now):
        return False
    if state == CONFIRMED:
        store.set_confirmed(transaction.connection, change.firewall, change.digest)
    transaction.changed(store.CHANGED, change.firewall)
    if state in _TOLD:
        details: dict[str, str | int | bool] = {"firewall": change.firewall, **({"why": why} if why else {})}
        is_good = Outcome.SUCCESS if state == CONFIRMED else Outcome.FAILURE
        transaction.say(Event(at=now, kind=_TOLD[state], actor=by, outcome=is_good, details=details))
    return True


def decide_change(transaction: Transaction, name: str, state: str, now: Instant, by: str) -> RulesetChange:
    """Confirm or undo the change on trial at this firewall. Raises LimenError where there is none to decide."""
    found = [one for one in store.open_changes(transaction.connection) if one.firewall == name]
    if not found or (state == CONFIRMED and found[0].state != TRIAL):
        raise LimenError(f"nothing is on trial at {name[:40]!r}", "see `limen firewall list`")
    why = "" if state == CONFIRMED else "somebody undid it"
    end_change(transaction, found[0], state, why, now, by)
    return found[0]


def put_back(transaction: Transaction, name: str, now: Instant, by: str) -> RulesetChange:
    """Load what was confirmed last at this firewall anew. Raises LimenError where nothing was."""
    digests = {one.name: one.digest for one in store.firewalls(transaction.connection)}
    ruleset = store.ruleset(transaction.connection, digests.get(name, ""))
    if not ruleset:
        raise LimenError(f"nothing was confirmed at {name[:40]!r} yet", "apply its rules on trial first")
    return make_change(transaction, name, ruleset, "reach", now, by)
