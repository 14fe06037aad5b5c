"""What identity issues to people and workloads, each kind with its end: a thief is shut out by this list alone.

A password, and the seed of a code, can be copied without anybody noticing, so they end whenever somebody may have done
so. Who holds both can add a passkey (to somebody who has none), so passkeys of somebody with a password are trusted no
more than the password, unless they are known to be in the right hands (`Ending.spared`).
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from limen.clock import Instant
from limen.credentials import CredentialKind, Ending, Stays, delete_rows, rows_of, staying
from limen.facts import Factor
from limen.identity import links, tokens
from limen.identity.errors import UnknownError
from limen.identity.events import record
from limen.identity.model import ADMINISTRATORS
from limen.identity.sessions import end_session, mark
from limen.identity.store import (
    app_tokens,
    factors,
    issuer_accounts,
    links as link_rows,
    recovery_codes,
    sessions,
    tables,
    upkeep,
    workloads,
)
from limen.storage.database import Transaction

_PROVES: Final = Stays("it proves who they are, whatever groups they are in")
_DECIDED: Final = Stays("each request is decided by the groups of that moment")
_KEPT: Final = Stays("only what was issued ends; nothing says that somebody else has it")
_OTHER: Final = Stays("it is not on the device that is gone; where it may be, the report says in other hands")
_RESTORED: Final = Stays("it may be all that somebody can sign in with; the restore says to look through it")
_SIGNS_IN: Final = "nobody is signed in with it who is not active; with it they come back, if they do"


# Factors


def _end_passkeys(transaction: Transaction, ending: Ending) -> int:
    held = factors.passkeys_of(transaction.connection, ending.holder)
    gone = [passkey.id for passkey in held if passkey.id not in ending.spared]
    for passkey_id in gone:
        factors.delete_passkey(transaction, ending.holder, passkey_id)
        _say_removed(transaction, ending, Factor.PASSKEY, passkey_id)
    return len(gone)


def _end_doubtful_passkeys(transaction: Transaction, ending: Ending) -> int:
    """A thief of the password and the code could have added a passkey; nobody could to somebody without a password."""
    if Factor.PASSWORD not in factors.held_by(transaction.connection, ending.holder):
        return 0
    return _end_passkeys(transaction, ending)


def _end_lost_passkey(transaction: Transaction, ending: Ending) -> int:
    """Raises UnknownError where they have no such passkey."""
    if not factors.delete_passkey(transaction, ending.holder, ending.passkey):
        raise UnknownError("passkey")
    _say_removed(transaction, ending, Factor.PASSKEY, ending.passkey)
    return 1


def _end_password(transaction: Transaction, ending: Ending) -> int:
    return _end_only(transaction, ending, Factor.PASSWORD)


def _end_code(transaction: Transaction, ending: Ending) -> int:
    return _end_only(transaction, ending, Factor.CODE)


def _end_only(transaction: Transaction, ending: Ending, factor: Factor) -> int:
    if not factors.delete_only(transaction, ending.holder, factor):
        return 0
    _say_removed(transaction, ending, factor)
    return 1


def _say_removed(transaction: Transaction, ending: Ending, factor: Factor, passkey_id: str = "") -> None:
    which = {"factor": str(factor), **({"passkey": passkey_id} if passkey_id else {})}
    by, about = ending.by, ending.holder
    record(transaction, ending.now, "factor.removed", which, by=by, subject=about, reason=ending.reason, why=ending.why)


def _end_recovery_codes(transaction: Transaction, ending: Ending) -> int:
    return recovery_codes.remove_of(transaction.connection, ending.holder)


def _end_every_recovery_code(transaction: Transaction, ending: Ending) -> int:
    """Which were spent or replaced since, an old database does not know."""
    return recovery_codes.end_every(transaction.connection, ending.now)


# What is issued


def _end_sessions(transaction: Transaction, ending: Ending) -> int:
    """One mark ends all of them; how many there were is not counted."""
    mark(transaction, "person", ending.holder, ending.now + 1)
    return 1


def _end_sessions_of_passkey(transaction: Transaction, ending: Ending) -> int:
    proved = sessions.proved_by(transaction.connection, ending.passkey)
    gone = [session_id for session_id in proved if session_id != ending.but_session]
    return sum(end_session(transaction, one, ending.now, ending.by, ending.reason) for one in gone)


def _end_every_session(transaction: Transaction, ending: Ending) -> int:
    upkeep.raise_company_mark(transaction.connection, ending.now)
    return 1


def _end_app_tokens(transaction: Transaction, ending: Ending) -> int:
    """Whoever made them: nothing tells a thief's from their person's."""
    held = app_tokens.of(transaction.connection, owner_id=ending.holder)
    good = [token for token in held if token.is_good(ending.now)]
    for token in good:
        tokens.end(transaction, token, ending.now, ending.by, ending.reason, ending.why)
    return len(good)


def _end_links(transaction: Transaction, ending: Ending) -> int:
    return links.withdraw_links(transaction, ending.holder, ending.now)


def _end_links_and_issued(transaction: Transaction, ending: Ending) -> int:
    """Theirs, and those that they issued to others: whoever issued one may have kept its address."""
    issued = links.withdraw_issued(transaction, ending.holder, by=ending.by, now=ending.now, reason=ending.reason)
    return _end_links(transaction, ending) + issued


def _end_links_signed_out(transaction: Transaction, ending: Ending) -> int:
    """Also for a suspension, a last day or an alert; who signs out by themselves takes nothing from newcomers."""
    how = _end_links if ending.by == ending.holder else _end_links_and_issued
    return how(transaction, ending)


def _erase_links(transaction: Transaction, ending: Ending) -> int:
    issued = links.withdraw_issued(transaction, ending.holder, by=ending.by, now=ending.now, reason=ending.reason)
    return issued + delete_rows(tables.links)(transaction, ending)


def _end_links_that_roles_gave(transaction: Transaction, ending: Ending) -> int:
    """Another group may give a role, and a link that a helper holds would give it to the helper, too. A group that they
    left may have given the role to issue links to others, unless they are administrators.
    """
    if ending.left and ADMINISTRATORS not in ending.groups:
        links.withdraw_issued(transaction, ending.holder, by=ending.by, now=ending.now, reason=ending.reason)
    return links.withdraw_links_of_helpers(transaction, ending.holder, by=ending.by, now=ending.now)


def _end_every_link(transaction: Transaction, ending: Ending) -> int:
    return link_rows.revoke_every(transaction.connection, ending.now)


def _forget_browsers(transaction: Transaction, ending: Ending) -> int:
    return upkeep.forget_browsers_of(transaction.connection, ending.holder)


def _forget_every_browser(transaction: Transaction, _ending: Ending) -> int:
    return upkeep.forget_every_browser(transaction.connection)


def _forget_challenges(transaction: Transaction, _ending: Ending) -> int:
    """Which were answered since, an old database does not know: a new key makes all of them worthless."""
    upkeep.forget_sealed_key(transaction.connection, "challenges")
    return 1


def _sessions_left(connection: Connection, holder: str, now: Instant) -> int:
    return len(sessions.alive_of(connection, holder, now))


def _issuer_sessions_left(connection: Connection, holder: str, now: Instant) -> int:
    """Those of sign-ins that are alive: what is kept of others says nothing to an issuer any more."""
    resting = {row.session_id for row in issuer_accounts.sessions_of(connection, person_id=holder)}
    return len(resting.intersection(sessions.alive_of(connection, holder, now)))


_end_workload_tokens: Final = delete_rows(workloads.workload_tokens)

KINDS: Final = (
    CredentialKind(
        name="sessions",
        table=tables.sessions.name,
        deactivated=_end_sessions,
        moved=_DECIDED,
        signed_out=_end_sessions,
        lost=_end_sessions_of_passkey,
        stolen=_end_sessions,
        restored=_end_every_session,
        erased=delete_rows(tables.sessions),
        remains=_sessions_left,
    ),
    CredentialKind(
        name="app_tokens",
        table=app_tokens.app_tokens.name,
        deactivated=_end_app_tokens,
        moved=_DECIDED,
        signed_out=_end_app_tokens,
        lost=_end_app_tokens,
        stolen=_end_app_tokens,
        restored=Stays("the mark that ends every session ends every token"),
        erased=delete_rows(app_tokens.app_tokens),
        remains=rows_of(
            app_tokens.app_tokens, lambda columns, now: (columns.revoked_at == 0) & (columns.expires_at > now)
        ),
    ),
    CredentialKind(
        name="links",
        table=tables.links.name,
        deactivated=_end_links_and_issued,
        moved=_end_links_that_roles_gave,
        signed_out=_end_links_signed_out,
        lost=_end_links_and_issued,
        stolen=_end_links_and_issued,
        restored=_end_every_link,
        erased=_erase_links,
        remains=link_rows.count_good,
    ),
    CredentialKind(
        name="recovery_codes",
        table=recovery_codes.recovery_codes.name,
        deactivated=_end_recovery_codes,
        moved=_PROVES,
        signed_out=_end_recovery_codes,
        lost=_end_recovery_codes,
        stolen=_end_recovery_codes,
        restored=_end_every_recovery_code,
        erased=delete_rows(recovery_codes.recovery_codes),
        remains=rows_of(recovery_codes.recovery_codes, lambda columns, _now: columns.used_at == 0),
    ),
    CredentialKind(
        name="browsers",
        table=tables.browsers.name,
        deactivated=_forget_browsers,
        moved=_PROVES,
        signed_out=_forget_browsers,
        lost=_forget_browsers,
        stolen=_forget_browsers,
        restored=_forget_every_browser,
        erased=delete_rows(tables.browsers),
    ),
    CredentialKind(
        name="passkeys",  # before passwords: whether there is one is asked
        table=tables.passkeys.name,
        deactivated=_end_doubtful_passkeys,
        moved=_PROVES,
        signed_out=_KEPT,
        lost=_end_lost_passkey,
        stolen=_end_passkeys,
        restored=_RESTORED,
        erased=delete_rows(tables.passkeys),
        harmless=_SIGNS_IN,
    ),
    CredentialKind(
        name="passwords",
        table=tables.passwords.name,
        deactivated=_end_password,
        moved=_PROVES,
        signed_out=_KEPT,
        lost=_OTHER,
        stolen=_end_password,
        restored=_RESTORED,
        erased=delete_rows(tables.passwords),
        harmless=_SIGNS_IN,
    ),
    CredentialKind(
        name="codes",
        table=tables.codes.name,
        deactivated=_end_code,
        moved=_PROVES,
        signed_out=_KEPT,
        lost=_OTHER,
        stolen=_end_code,
        restored=_RESTORED,
        erased=delete_rows(tables.codes),
        harmless=_SIGNS_IN,
    ),
    CredentialKind(
        name="issuer_accounts",
        table=issuer_accounts.issuer_accounts.name,
        deactivated=Stays("the issuer goes on knowing them, and nobody who is deactivated is signed in"),
        moved=_PROVES,
        signed_out=_KEPT,
        lost=_OTHER,
        stolen=delete_rows(issuer_accounts.issuer_accounts),  # a thief may have linked their own
        restored=_RESTORED,
        erased=delete_rows(issuer_accounts.issuer_accounts),
        harmless=_SIGNS_IN,
    ),
    staying(
        "issuer_sessions",
        "each ends with the session that rests on it",
        table="issuer_sessions",
        remains=_issuer_sessions_left,
    ),
    CredentialKind(
        name="workload_tokens",
        table=workloads.workload_tokens.name,
        deactivated=_end_workload_tokens,
        moved=_DECIDED,
        signed_out=Stays("a workload signs in nowhere"),
        lost=Stays("a workload has no passkey"),
        stolen=_end_workload_tokens,
        restored=Stays("it opens no app, it only asks, and services that ask would stop on the worst night"),
        erased=_end_workload_tokens,
    ),
    staying(
        "challenges",
        "a challenge or ticket is good for minutes, in one browser, and proves nothing by itself",
        table=tables.spent_challenges.name,
        restored=_forget_challenges,
    ),
)
