"""Which vendor is asked for which kind of source, log by log, and what each log takes to be read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from limen.clock import Instant
from limen.connectors.aws import cloudtrail
from limen.connectors.aws.bucket import Bucket
from limen.connectors.github import audit_log as github
from limen.connectors.google import activities as google, sign_in as google_sign_in
from limen.connectors.log_pages import Had, LogPages
from limen.connectors.microsoft import activity_feed, graph_logs, sign_in as microsoft
from limen.connectors.okta import sign_in as okta_sign_in, system_log as okta
from limen.connectors.vendor_client import VendorClient, closing_clients
from limen.monitor.monitor_rules import LogSource, Service

Pages = Callable[[str, Instant, Had], LogPages]

_GRAPH_LOGS: Final = {
    "sign_ins": (graph_logs.SIGN_INS, "AuditLog.Read.All, and Entra ID P1"),
    "directory": (graph_logs.DIRECTORY_AUDITS, "AuditLog.Read.All"),
    "alerts": (graph_logs.ALERTS, "SecurityAlert.Read.All"),
}


@dataclass(frozen=True, slots=True)
class Log:
    """A log of a service: `pages(cursor, now, had)` goes on from a cursor; `needs` is the permission for it."""

    name: str
    needs: str
    pages: Pages


@dataclass(frozen=True, slots=True)
class Clouds:
    """Asks vendors. `client` makes a client for an origin."""

    client: Callable[[str], VendorClient]

    @asynccontextmanager
    async def logs(self, source: LogSource, secret: str, now: Instant) -> AsyncIterator[list[Log]]:
        """The logs of a source, to be read within the block. Raises VendorError."""
        async with closing_clients(self.client) as opened:
            yield await _logs(source.kind, source.service or Service(), secret, now, opened)


async def _logs(
    kind: str, service: Service, secret: str, now: Instant, opened: Callable[[str], VendorClient]
) -> list[Log]:
    match kind:
        case "m365":
            return await _microsoft(service, secret, opened)
        case "google_workspace":
            return await _google(service, secret, now, opened)
        case "okta":
            client = opened(service.url)
            headers = await okta_sign_in.authorization(client, service.client, secret, now)
            needs = okta_sign_in.SCOPE if service.client else "a token of an administrator who reads reports"
            return [Log("system_log", needs, lambda cursor, at, _had: okta.pages(client, headers, cursor, at))]
        case "aws":
            bucket = Bucket(
                opened(cloudtrail.host(service.bucket, service.region)), service.region, service.client, secret
            )
            needs = f"s3:ListBucket and s3:GetObject for {service.prefix}AWSLogs/"
            folders = await cloudtrail.streams(bucket, service.prefix)
            return [Log(one[-100:], needs, partial(cloudtrail.pages, bucket, one)) for one in folders]
        case "github":
            needs = "read:audit_log, on GitHub Enterprise Cloud"
            return [Log("audit_log", needs, _of_github(opened(github.API), secret, service.organization))]
    raise ValueError(kind)


async def _microsoft(service: Service, secret: str, opened: Callable[[str], VendorClient]) -> list[Log]:
    sign_in, tenant = opened(microsoft.SIGN_IN), service.tenant

    async def signed_in(resource: str) -> tuple[VendorClient, str]:
        token = await microsoft.app_token(sign_in, tenant, service.client, secret, resource)
        return opened(resource), token

    found: list[Log] = []
    if wanted := {name: one for name, one in _GRAPH_LOGS.items() if name in service.reads}:
        graph, token = await signed_in(microsoft.GRAPH)
        found += [Log(name, needs, _of_graph(graph, token, log)) for name, (log, needs) in wanted.items()]
    if "unified_audit" in service.reads:
        manage, token = await signed_in(activity_feed.MANAGE)
        found += [
            Log(one, "ActivityFeed.Read", partial(activity_feed.pages, manage, token, tenant, one))
            for one in activity_feed.CONTENT
        ]
    return found


def _of_graph(graph: VendorClient, token: str, log: graph_logs.GraphLog) -> Pages:
    return lambda cursor, now, _had: graph_logs.pages(graph, token, log, cursor, now)


async def _google(service: Service, secret: str, now: Instant, opened: Callable[[str], VendorClient]) -> list[Log]:
    account = google_sign_in.service_account(secret)
    at = opened(google_sign_in.SIGN_IN)
    token = await google_sign_in.delegated_token(at, account, service.admin, google.SCOPE, now)
    api = opened(google.API)

    def of(application: str) -> Pages:
        return lambda cursor, at, _had: google.pages(api, token, application, cursor, at)

    return [Log(one, f"domain-wide delegation for {google.SCOPE}", of(one)) for one in service.reads]


def _of_github(api: VendorClient, token: str, organization: str) -> Pages:
    return lambda cursor, now, _had: github.pages(api, token, organization, cursor, now)
