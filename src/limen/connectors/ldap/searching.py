"""Searches that bring whole answers, page by page (RFC 2696): what a directory cut short is an error, and never less.

Referrals are counted and not followed: a directory does not say where Limen connects to.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from limen.connectors.ldap.connection import ANSWER_SECONDS, Asked, result_of
from limen.connectors.ldap.entries import Entry, entry_of
from limen.connectors.vendor_client import VendorError

if TYPE_CHECKING:
    from ldap3 import Connection

PAGE: Final = 500
"""How many entries are asked for at once; Active Directory gives 1,000 at most."""
MOST_ENTRIES: Final = 100_000
_MOST_EMPTY: Final = 100
"""Pages in a row without an entry. Active Directory answers some where much is filtered."""
_PAGED: Final = "1.2.840.113556.1.4.319"
_LONGEST_COOKIE: Final = 64 << 10
_CUT_SHORT: Final = frozenset({"sizeLimitExceeded", "timeLimitExceeded", "adminLimitExceeded"})
_NOT_ALLOWED: Final = frozenset(
    {"insufficientAccessRights", "confidentialityRequired", "strongerAuthRequired", "operationsError"}
)
"""Active Directory answers operationsError where nobody is bound."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of an answer. `referrals`: so much lies on other servers, which were not asked."""

    entries: tuple[Entry, ...]
    referrals: int = 0


async def pages(
    asked: Asked, base: str, query: str, attributes: Sequence[str], *, page: int = PAGE, most: int = MOST_ENTRIES
) -> AsyncIterator[Page]:
    """Everything below `base` that the filter finds.

    Whoever reads to the end has all of it. Raises VendorError: `cut-short` where the directory ended before,
    `no-base` where there is no such entry, `too-much` for more than `most`.
    """
    cookie: bytes | None = None
    read = empty = 0
    while True:
        found, cookie = await asked.ask(lambda one, cookie=cookie: _page(one, base, query, attributes, page, cookie))  # type: ignore[misc]
        read += len(found.entries)
        empty = 0 if found.entries else empty + 1
        if read > most or empty > _MOST_EMPTY:
            raise VendorError("too-much")
        yield found
        if not cookie:
            return


async def everything(asked: Asked, base: str, query: str, attributes: Sequence[str], most: int) -> list[Entry]:
    """The same at once, where it is little."""
    return [one async for page in pages(asked, base, query, attributes, most=most) for one in page.entries]


async def one_entry(asked: Asked, dn: str, attributes: Sequence[str], query: str = "(objectClass=*)") -> Entry | None:
    """The entry of this name, where there is one that the filter holds of. Raises VendorError."""

    def look(connection: Connection) -> Entry | None:
        connection.search(dn, query, "BASE", attributes=list(attributes), time_limit=ANSWER_SECONDS)
        if result_of(connection) in {"noSuchObject", "invalidDNSyntax", "referral"}:
            return None
        _refuse_unless_whole(connection)
        found = _entries(connection)
        return found[0] if found else None

    return await asked.ask(look)


def _page(
    connection: Connection, base: str, query: str, attributes: Sequence[str], page: int, cookie: bytes | None
) -> tuple[Page, bytes]:
    connection.search(
        base,
        query,
        "SUBTREE",
        attributes=list(attributes),
        time_limit=ANSWER_SECONDS,
        paged_size=page,
        paged_cookie=cookie,
        paged_criticality=True,
    )
    _refuse_unless_whole(connection)
    entries = _entries(connection)
    referrals = sum(one.get("type") == "searchResRef" for one in connection.response or ())
    control = (connection.result.get("controls") or {}).get(_PAGED) or {}
    following = (control.get("value") or {}).get("cookie") or b""
    if not isinstance(following, bytes) or len(following) > _LONGEST_COOKIE:
        raise VendorError("garbage")
    return Page(tuple(entries), referrals), following


def _refuse_unless_whole(connection: Connection) -> None:
    result = result_of(connection)
    if result == "success":
        return
    if result in _CUT_SHORT:
        raise VendorError("cut-short")
    if result in _NOT_ALLOWED:
        raise VendorError("not-allowed")
    if result in {"noSuchObject", "invalidDNSyntax", "referral"}:
        raise VendorError("no-base")
    raise VendorError("unreachable" if result in {"busy", "unavailable"} else "refused")


def _entries(connection: Connection) -> list[Entry]:
    answered: list[dict[str, Any]] = connection.response or []
    return [entry_of(one) for one in answered if one.get("type") == "searchResEntry"]
