"""Microsoft 365's unified audit log, by the Office 365 Management Activity API (`ActivityFeed.Read`).

Limen subscribes to each kind of content once. What is new is listed by the time at which it could be had, at most 24
hours at once, paged by the header `NextPageUri`; each entry leads to a blob of records, kept for seven days.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from limen.clock import DAY, HOUR, MINUTE, Instant, to_iso
from limen.connectors.log_pages import Had, LogPage, LogPages, records_in, records_of
from limen.connectors.time_walk import Answer, Lateness, walk
from limen.connectors.vendor_client import VendorClient, VendorError, bearer

MANAGE: Final = "https://manage.office.com"
CONTENT: Final = ("Audit.AzureActiveDirectory", "Audit.Exchange", "Audit.SharePoint", "Audit.General", "DLP.All")
LATENESS: Final = Lateness(5 * MINUTE, 2 * HOUR, oldest=6 * DAY)
_GONE: Final = frozenset({404, 410})


async def pages(
    manage: VendorClient, token: str, tenant: str, content: str, cursor: str, now: Instant, had: Had
) -> LogPages:
    """The records of every blob of a kind of content up to now, but of those that were had. Raises VendorError."""
    await _subscribe(manage, token, tenant, content)

    async def ask(since: Instant, until: Instant, link: str) -> Answer:
        if link:
            reply = await manage.reply_to_link(link, bearer(token))
        else:
            query = [("contentType", content), ("PublisherIdentifier", tenant)]
            query += [("startTime", _second(since)), ("endTime", _second(until))]
            reply = await manage.reply(f"{_feed(tenant)}/subscriptions/content", query, bearer(token))
        following = reply.headers.get("nextpageuri", "")
        return Answer(await records_of(reply.body), following and manage.own_link(following))

    async for page in walk(cursor, now, LATENESS, ask):
        for entry in page.records:
            name, address = _blob(entry)
            if name in had:
                continue
            yield LogPage(await _records(manage, token, tenant, address))
            had.add([name])
        yield LogPage([], page.cursor)


async def _subscribe(manage: VendorClient, token: str, tenant: str, content: str) -> None:
    """Have this kind of content made ready, where nobody did so yet."""
    feed = _feed(tenant)
    told = await manage.reply(f"{feed}/subscriptions/list", [("PublisherIdentifier", tenant)], bearer(token))
    subscribed = [_object(one) for one in records_in(told.body)]
    if any(one.get("contentType") == content and one.get("status") == "enabled" for one in subscribed):
        return
    query = [("contentType", content), ("PublisherIdentifier", tenant)]
    await manage.reply(f"{feed}/subscriptions/start", query, bearer(token), method="POST")


async def _records(manage: VendorClient, token: str, tenant: str, address: str) -> list[bytes]:
    """What a blob holds; nothing where its time is over."""
    publisher = f"{'&' if '?' in address else '?'}PublisherIdentifier={tenant}"
    try:
        reply = await manage.reply_to_link(f"{address}{publisher}", bearer(token))
    except VendorError as error:
        if error.status in _GONE:
            return []
        raise
    return await records_of(reply.body)


def _blob(entry: bytes) -> tuple[bytes, str]:
    told = _object(entry)
    name, address = told.get("contentId"), told.get("contentUri")
    if not isinstance(name, str) or not isinstance(address, str):
        raise VendorError("garbage")
    return name.encode(), address


def _object(record: bytes) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(record)
    return found


def _feed(tenant: str) -> str:
    return f"/api/v1.0/{tenant}/activity/feed"


def _second(instant: Instant) -> str:
    """As this API takes them: to the second, without a time zone."""
    return to_iso(instant)[:19]
