"""How requests and grants end when something ends that they rest on: a person, their group, their device, an approver.

What an approver's account approved while it was in other hands is not theirs, so it ends as well. What a review has
ended, and could give back, is over for good by the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from limen.access import grants, store
from limen.access.model import EndedBy, HeldGrant, RequestState
from limen.access.occasion import CHANGED, event_of
from limen.clock import Instant
from limen.credentials import CredentialKind, End, Ending, Stays, delete_rows, rows_of
from limen.facts import EVERYONE
from limen.storage import Transaction


def _mine(transaction: Transaction, ending: Ending) -> list[HeldGrant]:
    return store.live_grants(transaction.connection, ending.now, ending.holder)


def _cut(transaction: Transaction, ending: Ending, over: Iterable[HeldGrant]) -> None:
    for one in over:
        store.cut(transaction.connection, one.id, ending.now)


def _reviewed(transaction: Transaction, ending: Ending) -> list[HeldGrant]:
    return store.reviewed_grants(transaction.connection, ending.now, ending.holder)


def _all_for(because: EndedBy) -> End:
    def work(transaction: Transaction, ending: Ending) -> int:
        _cut(transaction, ending, _reviewed(transaction, ending))
        return grants.end_several(transaction, _mine(transaction, ending), ending.now, ending.by, because)

    return work


def _of_moved(transaction: Transaction, ending: Ending) -> int:
    """Those for which none of the groups is left by which they were asked for."""
    over = _reviewed(transaction, ending)
    _cut(transaction, ending, [one for one in over if not is_still_asked_as(one, ending.groups)])
    lost = [one for one in _mine(transaction, ending) if not is_still_asked_as(one, ending.groups)]
    return grants.end_several(transaction, lost, ending.now, ending.by, EndedBy.MOVED)


def is_still_asked_as(grant: HeldGrant, groups: frozenset[str]) -> bool:
    """Whether somebody in these groups is still one of those who might ask for it."""
    return EVERYONE in grant.asked_as or not groups.isdisjoint(grant.asked_as)


def _signed_out(transaction: Transaction, ending: Ending) -> int:
    """Not where one sign-in goes on: whoever ends their other sessions is here."""
    if ending.but_session:
        return 0
    return _all_for(EndedBy.SIGNED_OUT)(transaction, ending)


def _stolen(transaction: Transaction, ending: Ending) -> int:
    theirs = _all_for(EndedBy.STOLEN)(transaction, ending)
    over = store.reviewed_grants(transaction.connection, ending.now)
    _cut(transaction, ending, [one for one in over if ending.holder in one.approvers])
    approved = [one for one in store.live_grants(transaction.connection, ending.now) if ending.holder in one.approvers]
    return theirs + grants.end_several(transaction, approved, ending.now, ending.by, EndedBy.APPROVER_STOLEN)


def _restored(transaction: Transaction, ending: Ending) -> int:
    """The backup does not know which were revoked since."""
    _cut(transaction, ending, store.reviewed_grants(transaction.connection, ending.now))
    every = store.live_grants(transaction.connection, ending.now)
    return grants.end_several(transaction, every, ending.now, ending.by, EndedBy.RESTORED)


def _erased(transaction: Transaction, ending: Ending) -> int:
    transaction.changed(CHANGED, ending.holder)
    return delete_rows(store.access_grants)(transaction, ending)


def _withdraw(transaction: Transaction, ending: Ending) -> int:
    """What they asked for is withdrawn, and what they approved of open requests is to be approved again."""
    store.drop_open_approvals_by(transaction.connection, ending.holder)
    return _withdraw_those(transaction, ending.now, ending.by, ending.holder)


def _withdraw_all(transaction: Transaction, ending: Ending) -> int:
    return _withdraw_those(transaction, ending.now, ending.by, "")


def _withdraw_those(transaction: Transaction, now: Instant, by: str, holder: str) -> int:
    open_now = [one for one in store.open_requests(transaction.connection) if holder in {"", one.person_id}]
    for one in open_now:
        store.withdraw(transaction.connection, one.id, now, by)
        transaction.say(event_of("access.withdrawn", one, now, by, request=one.id))
    return len(open_now)


def _moved(transaction: Transaction, ending: Ending) -> int:
    """In another group they ask by other rules, and approve by none that was in force when others asked."""
    return _withdraw(transaction, ending)


CREDENTIALS: Final = (
    CredentialKind(
        name="grants",
        table=store.access_grants.name,
        deactivated=_all_for(EndedBy.DEACTIVATED),
        moved=_of_moved,
        signed_out=_signed_out,
        lost=Stays("a lost passkey opens nothing any more; a lost device ends what was granted on it"),
        stolen=_stolen,
        restored=_restored,
        erased=_erased,
        remains=rows_of(store.access_grants, lambda columns, now: (columns.ended_at == 0) & (columns.until > now)),
    ),
    CredentialKind(
        name="access_requests",
        table=store.access_requests.name,
        deactivated=_withdraw,
        moved=_moved,
        signed_out=Stays("it gives nothing by itself; somebody else has to approve it"),
        lost=Stays("it gives nothing by itself; somebody else has to approve it"),
        stolen=_withdraw,
        restored=_withdraw_all,
        erased=delete_rows(store.access_requests),
        remains=rows_of(
            store.access_requests,
            lambda columns, now: (columns.state == RequestState.OPEN) & (columns.expires_at > now),
        ),
    ),
)
