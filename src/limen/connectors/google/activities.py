"""What happens in Google Workspace, by the Reports API (`GET /admin/reports/v1/activity/users/all/applications/…`).

A service account signs in for an administrator, for the scope `admin.reports.audit.readonly` alone (`sign_in`). Newest
come first, by `nextPageToken`.
"""

from __future__ import annotations

from typing import Final

from limen.clock import DAY, HOUR, MINUTE, Instant, to_iso
from limen.connectors.log_pages import LogPages, member, records_of
from limen.connectors.time_walk import Answer, Lateness, walk
from limen.connectors.vendor_client import VendorClient, VendorError, bearer

API: Final = "https://admin.googleapis.com"
SCOPE: Final = "https://www.googleapis.com/auth/admin.reports.audit.readonly"
APPLICATIONS: Final = ("login", "admin", "token", "drive", "user_accounts", "groups_enterprise")
LATENESS: Final = {
    "login": Lateness(30 * MINUTE, DAY),
    "token": Lateness(30 * MINUTE, DAY),
    "user_accounts": Lateness(30 * MINUTE, DAY),
}
"""Google says of these that they may be hours late (*Data retention and lag times*); all others come within minutes."""
_USUAL: Final = Lateness(15 * MINUTE, 6 * HOUR)
PER_PAGE: Final = 1_000


async def pages(api: VendorClient, token: str, application: str, cursor: str, now: Instant) -> LogPages:
    """Every page of an application's activities up to now. Raises VendorError."""
    path = f"/admin/reports/v1/activity/users/all/applications/{application}"

    async def ask(since: Instant, until: Instant, link: str) -> Answer:
        query = [("startTime", to_iso(since)), ("endTime", to_iso(until)), ("maxResults", str(PER_PAGE))]
        query += [("pageToken", link)] if link else []
        reply = await api.reply(path, query, bearer(token))
        following = member(reply.body, "nextPageToken") or ""
        if not isinstance(following, str):
            raise VendorError("garbage")
        return Answer(await records_of(reply.body, "items"), following)

    async for page in walk(cursor, now, LATENESS.get(application, _USUAL), ask):
        yield page
