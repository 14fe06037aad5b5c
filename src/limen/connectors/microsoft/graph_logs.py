"""Logs of Microsoft Graph v1.0: sign-ins, changes of the directory, and alerts of Defender.

`GET /auditLogs/signIns` (`AuditLog.Read.All`, and Entra ID P1), `GET /auditLogs/directoryAudits` (`AuditLog.Read.All`)
and `GET /security/alerts_v2` (`SecurityAlert.Read.All`): filtered by time with `ge` and `le`, which they all have, and
paged by `@odata.nextLink`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from limen.clock import DAY, HOUR, MINUTE, Instant, to_iso
from limen.connectors.log_pages import LogPages, member, records_of
from limen.connectors.time_walk import Answer, Lateness, walk
from limen.connectors.vendor_client import VendorClient, VendorError, bearer


@dataclass(frozen=True, slots=True)
class GraphLog:
    """Where a log is, by which of its instants it is asked for, and how many records a page may have."""

    path: str
    instant: str
    per_page: int
    lateness: Lateness


SIGN_INS: Final = GraphLog(
    "/v1.0/auditLogs/signIns", "createdDateTime", 1_000, Lateness(15 * MINUTE, 6 * HOUR, oldest=6 * DAY)
)
DIRECTORY_AUDITS: Final = GraphLog(
    "/v1.0/auditLogs/directoryAudits", "activityDateTime", 1_000, Lateness(15 * MINUTE, 6 * HOUR, oldest=6 * DAY)
)
ALERTS: Final = GraphLog("/v1.0/security/alerts_v2", "lastUpdateDateTime", 500, Lateness(15 * MINUTE, 6 * HOUR))


async def pages(graph: VendorClient, token: str, log: GraphLog, cursor: str, now: Instant) -> LogPages:
    """Every page of a log up to now. Raises VendorError."""

    async def ask(since: Instant, until: Instant, link: str) -> Answer:
        if link:
            reply = await graph.reply_to_link(link, bearer(token))
        else:
            window = f"{log.instant} ge {to_iso(since)} and {log.instant} le {to_iso(until)}"
            reply = await graph.reply(log.path, [("$filter", window), ("$top", str(log.per_page))], bearer(token))
        following = member(reply.body, "@odata.nextLink") or ""
        if not isinstance(following, str):
            raise VendorError("garbage")
        return Answer(await records_of(reply.body, "value"), following and graph.own_link(following))

    async for page in walk(cursor, now, log.lateness, ask):
        yield page
