"""What happens in Google Workspace, by the Reports API (`GET /admin/reports/v1/activity/users/all/applications/…`).

A service account signs in for an administrator (domain-wide delegation), for the scope `admin.reports.audit.readonly`
alone: RFC 7523, as *Using OAuth 2.0 for server to server applications* has it. Newest come first, by `nextPageToken`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import msgspec

from limen.clock import DAY, HOUR, MINUTE, Instant, to_iso
from limen.connectors.key_assertions import signed
from limen.connectors.log_pages import LogPages, member, records_of
from limen.connectors.time_walk import Answer, Lateness, walk
from limen.connectors.vendor_client import VendorClient, VendorError, bearer, text_in

SIGN_IN: Final = "https://oauth2.googleapis.com"
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
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """Who signs in, by the file that Google made for it. The address for tokens in that file counts for nothing."""

    email: str
    private_key: str = field(repr=False)


def service_account(file: str) -> ServiceAccount:
    """The service account of a JSON key file. Raises VendorError where it is none."""
    try:
        told = msgspec.json.decode(file, type=dict[str, object])
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError):
        raise VendorError("wrong-secret") from None
    email, key = told.get("client_email"), told.get("private_key")
    if told.get("type") != "service_account" or not isinstance(email, str) or not isinstance(key, str):
        raise VendorError("wrong-secret")
    return ServiceAccount(email, key)


async def delegated_token(
    sign_in: VendorClient, account: ServiceAccount, admin: str, now: Instant, scope: str = SCOPE
) -> str:
    """A token with which the service account acts as this administrator, for this scope. Raises VendorError."""
    claims = {"iss": account.email, "sub": admin, "scope": scope, "aud": f"{SIGN_IN}/token"}
    form = {"grant_type": _GRANT, "assertion": signed(claims, account.private_key, now)}
    return text_in(await sign_in.post_form("/token", form), "access_token")


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
