"""The audit log of an organization on GitHub Enterprise Cloud (`GET /orgs/{org}/audit-log`, `read:audit_log`).

Filtered by `created`, the oldest first, paged by the `Link` header.
"""

from __future__ import annotations

from typing import Final

from limen.clock import DAY, HOUR, MINUTE, Instant, to_iso
from limen.connectors.link_headers import next_link
from limen.connectors.log_pages import LogPages, records_of
from limen.connectors.time_walk import Answer, Lateness, walk
from limen.connectors.vendor_client import VendorClient, bearer

API: Final = "https://api.github.com"
VERSION: Final = "2022-11-28"
PER_PAGE: Final = 100
LATENESS: Final = Lateness(15 * MINUTE, 6 * HOUR, oldest=6 * DAY)
"""Events of Git are kept for seven days."""


async def pages(api: VendorClient, token: str, organization: str, cursor: str, now: Instant) -> LogPages:
    """Every page up to now, of what is done on the web and by Git. Raises VendorError."""
    headers = {**bearer(token), "accept": "application/vnd.github+json", "x-github-api-version": VERSION}

    async def ask(since: Instant, until: Instant, link: str) -> Answer:
        if link:
            reply = await api.reply_to_link(link, headers)
        else:
            phrase = f"created:{_second(since)}..{_second(until)}"
            query = [("phrase", phrase), ("include", "all"), ("order", "asc"), ("per_page", str(PER_PAGE))]
            reply = await api.reply(f"/orgs/{organization}/audit-log", query, headers)
        following = next_link(reply.headers.get("link", ""))
        return Answer(await records_of(reply.body), following and api.own_link(following))

    async for page in walk(cursor, now, LATENESS, ask):
        yield page


def _second(instant: Instant) -> str:
    return f"{to_iso(instant)[:19]}+00:00"
