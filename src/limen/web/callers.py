"""Who calls: the address that a request comes from, and the bearer token that a program brings."""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import Request

from limen.enforcement.addresses import client_address
from limen.settings import Listen

_BEARER: Final = re.compile(r"[Bb]earer ([A-Za-z0-9._~+/_-]{1,200}=*)")


def address_of(request: Request, listen: Listen) -> str:
    """The client's address; what a proxy says counts only where it is one of `trusted_proxies`."""
    peer = request.client.host if request.client else ""
    forwarded = ", ".join(request.headers.getlist("x-forwarded-for")).encode("latin-1")
    return client_address(peer, forwarded, listen.trusted_proxies)


def bearer_token(request: Request) -> str:
    """The token (RFC 6750 section 2.1); "" where there is none. Only the one Authorization field counts, never query or
    cookie.
    """
    given = request.headers.getlist("authorization")
    token = _BEARER.fullmatch(given[0]) if len(given) == 1 else None
    return token[1] if token else ""
