"""What single sign-on issues, each kind with its end."""

from __future__ import annotations

from typing import Final

from limen.credentials import CredentialKind, Ending, Stays, delete_rows, staying
from limen.sso import sign_ins
from limen.storage import Transaction


def _end(transaction: Transaction, ending: Ending) -> int:
    """End somebody's sign-ins at apps, with all codes and tokens; after a restore everybody's."""
    held = sign_ins.open_sign_ins(transaction.connection, ending.holder)
    return len(sign_ins.end(transaction.connection, [sign_in.id for sign_in in held], ending.now))


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
    ),
    staying("codes_and_refresh_tokens", "each ends with the sign-in that it was issued for", table="oidc_tokens"),
    staying(
        "client_secrets",
        "an app's and nobody's; whoever restores makes new ones where one was replaced since",
        table="oidc_secrets",
    ),
)
