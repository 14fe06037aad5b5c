"""What apps send and are answered, as values that nothing of a library is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

ASSERTION: Final = "private_key_jwt"
CLIENT_METHODS: Final = ("client_secret_basic", "client_secret_post", ASSERTION, "none")
"""How clients prove themselves (OpenID Connect Core section 9); each client by one of them alone."""
DEVICE: Final = "urn:ietf:params:oauth:grant-type:device_code"
CLIENT_CREDENTIALS: Final = "client_credentials"
TOKEN_EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 -- a grant (RFC 8693)
TOKEN_PATH: Final = "/oidc/token"  # noqa: S105 -- an address
ISSUED_ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 -- a type (RFC 8693)
ACCESS_TOKEN: Final = "at+jwt"  # noqa: S105 -- a type of token (RFC 9068)


@dataclass(frozen=True, slots=True)
class ProtocolRequest:
    """A request as it came: its path, its parameters by name, its Authorization field."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)
    authorization: str = ""

    def one(self, name: str) -> str:
        """The value of a parameter; "" where it is missing. What is sent twice is refused where it matters."""
        return next(iter(self.form.get(name) or self.query.get(name) or ()), "")


@dataclass(frozen=True, slots=True)
class ProtocolReply:
    """What is answered. `location`: where the browser goes; `body`: JSON, or an error of the protocol."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def location(self) -> str:
        return next((value for name, value in self.fields if name.lower() == "location"), "")
