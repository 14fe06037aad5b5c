"""What is let in by RADIUS, and what is known by a secret, each kind with its end."""

from __future__ import annotations

from typing import Final

from limen.credentials import CredentialKind, Stays, delete_rows, rows_of, staying
from limen.enforcement.radius import store

_DECIDED_AGAIN: Final = Stays(
    "it hangs on a decision, and on a sign-in or a device's certificate: when one turns, the NAS is told to end it"
)

CREDENTIALS: Final = (
    CredentialKind(
        name="radius_sessions",
        table=store.radius_sessions.name,
        deactivated=_DECIDED_AGAIN,
        moved=_DECIDED_AGAIN,
        signed_out=_DECIDED_AGAIN,
        lost=_DECIDED_AGAIN,
        stolen=_DECIDED_AGAIN,
        restored=Stays("all sign-ins end, and with them those that are known; a NAS ends others at their own end"),
        erased=delete_rows(store.radius_sessions),
        remains=rows_of(store.radius_sessions, lambda columns, now: (columns.ending_at == 0) & (columns.until > now)),
    ),
    staying("radius_clients", "it is the secret of a VPN, a Wi-Fi or gear of the company's", table=store.CLIENTS),
    staying("radius_servers", "it is a RADIUS server's of the company's", table=store.radius_servers.name),
)
