"""Where a server of ClickHouse is and who asks it, and how values stand in its SQL: for whoever does not ask it yet."""

from __future__ import annotations

from typing import Final

import msgspec

URL: Final = (
    r"^$|^https://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?/[A-Za-z_][A-Za-z0-9_]{0,62}$"
    r"|^http://(127\.0\.0\.1|localhost)(:[0-9]{1,5})?/[A-Za-z_][A-Za-z0-9_]{0,62}$"
)
"""`https://host:port/database`, without a user or a password; plain http only on this machine. Or nothing."""


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is and who asks. `authority`: the certificates to trust, in PEM; "" those of this machine."""

    url: str
    user: str = "default"
    password: str = ""
    authority: str = ""

    def __repr__(self) -> str:
        return f"Server(url={self.url!r}, user={self.user!r})"


def placeholder(name: str, value: str | int) -> str:
    """What stands in a statement for a value that is bound under this name."""
    return f"{{{name}:{'String' if isinstance(value, str) else 'Int64'}}}"
