"""What the door of SSH issues, each kind with its end."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, select, update

from limen.credentials import CredentialKind, Ending, Stays, delete_rows, rows_of, staying
from limen.enforcement.ssh import store
from limen.enforcement.ssh.accounts import mark_of
from limen.storage import Transaction

_DECIDED_AGAIN: Final = Stays(
    "it hangs on a sign-in and a decision: when either turns, hosts are told at once, and end what is open"
)


def _forget_tokens(transaction: Transaction, _ending: Ending) -> int:
    """One that was used since would be good again."""
    return int(transaction.connection.execute(delete(store.ssh_host_tokens)).rowcount)


def _forget_whose(transaction: Transaction, ending: Ending) -> int:
    """Keep a mark of the name: the account is on the hosts, home and keys, and is not for the next of the name."""
    table, connection = store.ssh_accounts, transaction.connection
    found = connection.execute(select(table.c.account).where(table.c.person_id == ending.holder)).scalars().all()
    for account in found:
        marked = {"person_id": mark_of(account), "account": mark_of(account)}
        connection.execute(update(table).where(table.c.account == account).values(marked))
    return len(found)


CREDENTIALS: Final = (
    CredentialKind(
        name="ssh_certificates",
        table=store.ssh_certificates.name,
        deactivated=_DECIDED_AGAIN,
        moved=_DECIDED_AGAIN,
        signed_out=_DECIDED_AGAIN,
        lost=_DECIDED_AGAIN,
        stolen=_DECIDED_AGAIN,
        restored=Stays("all sign-ins end, and with them those that are known; others last for an hour at most"),
        erased=delete_rows(store.ssh_certificates),
        remains=rows_of(store.ssh_certificates, lambda columns, now: (columns.ended_at == 0) & (columns.until > now)),
    ),
    CredentialKind(
        name="ssh_accounts",
        table=store.ssh_accounts.name,
        deactivated=Stays("a name opens nothing"),
        moved=Stays("a name opens nothing"),
        signed_out=Stays("a name opens nothing"),
        lost=Stays("a name opens nothing"),
        stolen=Stays("a name opens nothing"),
        restored=Stays("a name opens nothing"),
        erased=_forget_whose,
        harmless="a name opens nothing",
    ),
    staying("ssh_hosts", "a host is the company's; it ends when it is removed", table=store.ssh_hosts.name),
    staying(
        "ssh_host_tokens",
        "it is for one host of the company's, once, within a day",
        table=store.ssh_host_tokens.name,
        restored=_forget_tokens,
    ),
)
