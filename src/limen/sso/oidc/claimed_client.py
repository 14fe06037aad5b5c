"""Which client whoever asks says that they are. Nothing of it is proved: it is for the journal alone."""

from __future__ import annotations

from base64 import b64decode
from typing import Final
from urllib.parse import unquote

from limen.sso.oidc import client_assertion
from limen.sso.oidc.protocol import ProtocolRequest

_LONGEST: Final = 1_000


def claimed_client(wire: ProtocolRequest) -> str:
    """The client named in the form, by Basic (RFC 6749 section 2.3.1) or by an assertion (RFC 7523); "" where none is,
    or in a way that is not read.
    """
    if wire.one("client_id"):
        return wire.one("client_id")
    if wire.one("client_assertion"):
        asserted = client_assertion.read(wire.one("client_assertion"))
        return asserted.client_id if asserted else ""
    return named_by_basic(wire.authorization)


def named_by_basic(authorization: str) -> str:
    """The client that an Authorization field names, "" where it names none."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "basic" or len(given) > _LONGEST:
        return ""
    try:
        return unquote(b64decode(given, validate=True).decode().partition(":")[0])
    except ValueError:
        return ""
