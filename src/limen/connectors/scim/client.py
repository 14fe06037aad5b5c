"""Asks an app for its accounts, and to change them, by SCIM 2.0 (RFC 7644).

Addresses are made of the app's own address and the ID of an account. Where an app says that something is elsewhere
(`Location`, `meta.location`) is not read. Whatever a filter answers is looked through again: some apps ignore filters.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from limen.connectors.scim.users import FoundUser, SentUser, changes, merged, read_user
from limen.connectors.vendor_client import VendorClient, VendorError, bearer, object_of

MEDIA_TYPE: Final = "application/scim+json"
PER_PAGE: Final = 100
MOST_ACCOUNTS: Final = 20_000
_MOST_PAGES: Final = 2_000
_ATTEMPTS: Final = 2
"""Of reading the list: while it is read, somebody may have come or gone."""
_USERS: Final = "/Users"
_NO_PATCH: Final = frozenset({400, 405, 501})
"""How an app answers that can't change a part of an account."""
_NO_FILTER: Final = frozenset({400, 403, 501})
_CHANGED: Final = 412
_WORDS: Final = {400: "refused", 409: "account-taken", _CHANGED: "changed"}


class ScimApp:
    """An app. `http` asks what lies below its base address, with this bearer token. All raise VendorError."""

    def __init__(self, http: VendorClient, token: str) -> None:
        self._http = http
        self._headers = {**bearer(token), "accept": MEDIA_TYPE}

    # Reading

    async def get(self, user_id: str) -> FoundUser | None:
        """The account of this ID, None where there is none."""
        whole = await self._whole(user_id)
        return None if whole is None else read_user(whole)

    async def having(self, attribute: str, value: str) -> list[FoundUser]:
        """The accounts with this `externalId` or `userName`."""
        query = [("filter", f"{attribute} eq {json.dumps(value)}"), ("startIndex", "1"), ("count", str(PER_PAGE))]
        try:
            page = await self._page(query)
        except VendorError as error:
            if error.status not in _NO_FILTER:
                raise
            return [one for one in await self.every() if _has(one, attribute, value)]
        found = [one for one in page.users if _has(one, attribute, value)]
        if len(found) == len(page.users) == page.total:
            return found
        return [one for one in await self.every() if _has(one, attribute, value)]

    async def every(self) -> list[FoundUser]:
        """All accounts. Raises VendorError where the app's pages do not add up to what it says that it has."""
        for _ in range(_ATTEMPTS):
            if (found := await self._listed()) is not None:
                return found
        raise VendorError("repeats")

    # Changing

    async def create(self, user: SentUser) -> FoundUser:
        """A new account. Raises VendorError `account-taken` where one of this name is there already."""
        return read_user(object_of(await self._send("POST", _USERS, user.as_json())))

    async def change(
        self, found: FoundUser, user: SentUser, attributes: tuple[str, ...], *, is_active: bool = True
    ) -> None:
        """Make these attributes as they are sent. Where the app can't change a part, the whole is written."""
        try:
            await self._patch(found, changes(user, attributes, is_active=is_active))
        except VendorError as error:
            if error.status not in _NO_PATCH:
                raise
            await self.put(found.id, user, is_active=is_active)

    async def deactivate(self, found: FoundUser) -> None:
        """Whether it was done is another question: `get` it."""
        try:
            await self._patch(found, changes(SentUser("", ""), ("active",), is_active=False))
        except VendorError as error:
            if error.status not in _NO_PATCH:
                raise
            await self.put(found.id, None, is_active=False)

    async def put(self, user_id: str, user: SentUser | None, *, is_active: bool) -> None:
        """Write the account as a whole, with what the app has of it beside what is sent (RFC 7644, section 3.5.1)."""
        whole = await self._whole(user_id)
        if whole is None:
            return
        body = merged(whole, user, is_active=is_active)
        await self._send("PUT", _path(user_id), body, read_user(whole).version)

    async def delete(self, user_id: str) -> None:
        try:
            await self._send("DELETE", _path(user_id), None)
        except VendorError as error:
            if error.status != 404:
                raise

    # Inside

    async def _whole(self, user_id: str) -> Mapping[str, Any] | None:
        try:
            whole = object_of(await self._http.reply(_path(user_id), (), self._headers))
        except VendorError as error:
            if error.status == 404:
                return None
            raise
        if whole.get("id") != user_id:
            raise VendorError("garbage")
        return whole

    async def _patch(self, found: FoundUser, body: Mapping[str, Any]) -> None:
        """By the version that is known; where somebody changed it since, by the newest one, once."""
        try:
            await self._send("PATCH", _path(found.id), body, found.version)
        except VendorError as error:
            now = await self.get(found.id) if error.status == _CHANGED else None
            if now is None:
                raise
            await self._send("PATCH", _path(found.id), body, now.version)

    async def _send(self, method: str, path: str, body: Mapping[str, Any] | None, version: str = "") -> Any:
        headers = {**self._headers, **({"if-match": version} if version else {})}
        if body is not None:
            headers["content-type"] = MEDIA_TYPE
        try:
            return await self._http.send(method, path, body, headers)
        except VendorError as error:
            raise VendorError(_WORDS.get(error.status, error.word), error.status, error.wait_seconds) from None

    async def _listed(self) -> list[FoundUser] | None:
        """All of them, None where the pages do not add up."""
        found: dict[str, FoundUser] = {}
        total = 0
        for _ in range(_MOST_PAGES):
            page = await self._page([("startIndex", str(len(found) + 1)), ("count", str(PER_PAGE))])
            new = {one.id: one for one in page.users if one.id not in found}
            is_sound = len(new) == len(page.users) and (not found or page.total == total)
            found |= new
            total = page.total
            if not is_sound or len(found) > total:
                return None
            if len(found) == total:
                return list(found.values())
            if not new:
                return None
        return None

    async def _page(self, query: list[tuple[str, str]]) -> _Page:
        """A list response (RFC 7644, section 3.4.2)."""
        told = object_of(await self._http.reply(_USERS, query, self._headers))
        total, several = told.get("totalResults"), told.get("Resources") or []
        if not isinstance(total, int) or isinstance(total, bool) or total < 0 or not isinstance(several, list):
            raise VendorError("garbage")
        if total > MOST_ACCOUNTS or len(several) > MOST_ACCOUNTS:
            raise VendorError("too-much")
        return _Page(total, [read_user(one) for one in several])


class _Page:
    def __init__(self, total: int, users: list[FoundUser]) -> None:
        self.total = total
        self.users = users


def _path(user_id: str) -> str:
    return f"{_USERS}/{quote(user_id, safe='')}"


def _has(one: FoundUser, attribute: str, value: str) -> bool:
    if attribute == "externalId":
        return one.external_id == value
    return one.user_name.casefold() == value.casefold()  # RFC 7643, section 4.1.1: it is not case exact
