"""What single sign-on issues, each kind with its end."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, delete

from limen.clock import Instant
from limen.credentials import CredentialKind, Ending, Stays, delete_rows, rows_of, staying
from limen.sso import sign_ins
from limen.sso.oidc import store as tokens, workload_store
from limen.storage import Transaction


def _end(transaction: Transaction, ending: Ending) -> int:
    """End somebody's sign-ins at apps, with all codes and tokens; after a restore everybody's."""
    held = sign_ins.open_sign_ins(transaction.connection, ending.holder)
    return len(sign_ins.end(transaction.connection, [sign_in.id for sign_in in held], ending.now))


def _end_all_of_workloads(transaction: Transaction, _ending: Ending) -> int:
    return int(transaction.connection.execute(delete(workload_store.oidc_workload_sign_ins)).rowcount)


def _tokens_left(connection: Connection, holder: str, now: Instant) -> int:
    return tokens.good_tokens_of(connection, holder, now)


_KEYS_END = delete_rows(workload_store.oidc_workload_keys)
_WORKLOADS_END = delete_rows(workload_store.oidc_workload_sign_ins)

CREDENTIALS: Final = (
    CredentialKind(
        name="sign_ins_at_apps",
        table=sign_ins.app_sign_ins.name,
        deactivated=_end,
        moved=Stays("each refresh is decided by the groups of that moment"),
        signed_out=_end,
        lost=Stays("it ends with the session that the lost passkey opened"),
        stolen=_end,
        restored=_end,
        erased=delete_rows(sign_ins.app_sign_ins),
        remains=rows_of(sign_ins.app_sign_ins, lambda columns, _now: columns.ended_at == 0),
    ),
    CredentialKind(
        name="keys_of_workloads",
        table=workload_store.oidc_workload_keys.name,
        deactivated=_KEYS_END,
        moved=Stays("each token is decided by the groups of that moment"),
        signed_out=Stays("it is what a workload signs in with, and is in no other hands"),
        lost=Stays("it is no passkey"),
        stolen=_KEYS_END,
        restored=Stays("as tokens of workloads do (0080)"),
        erased=_KEYS_END,
    ),
    CredentialKind(
        name="sign_ins_of_workloads",
        table=workload_store.oidc_workload_sign_ins.name,
        deactivated=_WORKLOADS_END,
        moved=Stays("each introspection is decided by the groups of that moment"),
        signed_out=_WORKLOADS_END,
        lost=Stays("it hangs on a key of the workload's own"),
        stolen=_WORKLOADS_END,
        restored=_end_all_of_workloads,
        erased=_WORKLOADS_END,
    ),
    staying(
        "used_assertions", "each is worth nothing any more, which is all that is kept of it", table="oidc_assertions"
    ),
    staying(
        "codes_and_refresh_tokens",
        "each ends with the sign-in that it was issued for",
        table="oidc_tokens",
        remains=_tokens_left,
    ),
    staying(
        "client_secrets",
        "an app's and nobody's; whoever restores makes new ones where one was replaced since",
        table="oidc_secrets",
    ),
)
