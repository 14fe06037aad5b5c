"""Which vendor is asked for which kind of source, log by log, and what each log takes to be read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from limen.clock import Instant
from limen.connectors.aws import cloudtrail
from limen.connectors.aws.bucket import Bucket
from limen.connectors.github import audit_log as github
from limen.connectors.google import activities as google
from limen.connectors.log_pages import Had, LogPages
from limen.connectors.microsoft import activity_feed, graph_logs, sign_in as microsoft
from limen.connectors.okta import sign_in as okta_sign_in, system_log as okta
from limen.connectors.vendor_client import VendorClient
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
        async with AsyncExitStack() as closing:

            def opened(origin: str) -> VendorClient:
                client = self.client(origin)
                closing.push_async_callback(client.close)
                return client

            yield await _logs(source.kind, source.service or Service(), secret, now, opened)


async def _logs(
    kind: str, service: Service, secret: str, now: Instant, opened: Callable[[str], VendorClient]
) -> list[Log]:
    match kind:
        case "m365":
            return _microsoft(service, secret, opened)
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
            return [_github(opened(github.API), service.organization, secret)]
    raise ValueError(kind)


def _github(api: VendorClient, organization: str, token: str) -> Log:
    def pages(cursor: str, now: Instant, _had: Had) -> LogPages:
        return github.pages(api, token, organization, cursor, now)

    return Log("audit_log", "read:audit_log, on GitHub Enterprise Cloud", pages)


def _microsoft(service: Service, secret: str, opened: Callable[[str], VendorClient]) -> list[Log]:
    """Of what can't be read, as one can't be without P1, the others are no worse."""
    sign_in = opened(microsoft.SIGN_IN)
    tokens: dict[str, str] = {}

    async def token(resource: str) -> str:
        if resource not in tokens:
            tokens[resource] = await microsoft.app_token(sign_in, service.tenant, service.client, secret, resource)
        return tokens[resource]

    graph, manage = opened(microsoft.GRAPH), opened(activity_feed.MANAGE)

    async def of_graph(log: graph_logs.GraphLog, cursor: str, now: Instant, _had: Had) -> LogPages:
        async for page in graph_logs.pages(graph, await token(microsoft.GRAPH), log, cursor, now):
            yield page

    async def of_feed(content: str, cursor: str, now: Instant, had: Had) -> LogPages:
        letting_in, tenant = await token(activity_feed.MANAGE), service.tenant
        await activity_feed.subscribe(manage, letting_in, tenant, content)
        async for page in activity_feed.pages(manage, letting_in, tenant, content, cursor, now, had):
            yield page

    found = [
        Log(name, needs, partial(of_graph, log)) for name, (log, needs) in _GRAPH_LOGS.items() if name in service.reads
    ]
    if "unified_audit" in service.reads:
        found += [Log(one, "ActivityFeed.Read", partial(of_feed, one)) for one in activity_feed.CONTENT]
    return found


async def _google(service: Service, secret: str, now: Instant, opened: Callable[[str], VendorClient]) -> list[Log]:
    account = google.service_account(secret)
    token = await google.delegated_token(opened(google.SIGN_IN), account, service.admin, now)
    api = opened(google.API)

    async def of(application: str, cursor: str, at: Instant, _had: Had) -> LogPages:
        async for page in google.pages(api, token, application, cursor, at):
            yield page

    return [Log(one, f"domain-wide delegation for {google.SCOPE}", partial(of, one)) for one in service.reads]
