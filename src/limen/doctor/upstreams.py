"""Each app's upstream: can the gateway reach it, is it who it says it is, and does it know its own host name?"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from limen.doctor import certificates
from limen.doctor.http_client import MAX_HEAD_BYTES, NoAnswerError
from limen.doctor.setup import Setup
from limen.doctor.upstream_probe import Reached
from limen.enforcement.addresses import is_plain_http
from limen.facts import App
from limen.finding import Finding, State

NAME: Final = "apps"
_REFUSED_HOST: Final = frozenset({400, 421})
_TLS_FIXES: Final = {
    "expired": "renew the app's certificate",
    "not-yet": "set the clock that is wrong, or wait until the certificate begins",
    "self-signed": "give the app a certificate of your own authority, or name this one as `ca_file` of its upstream",
    "untrusted": "name the authority's certificate as `ca_file` of its upstream in apps.yaml",
    "wrong-name": "write a name that the certificate holds as `server_name` of its upstream, or renew it with the name",
    "plain": "write http:// in apps.yaml, or better: switch https on in the app",
}


async def upstreams(setup: Setup) -> list[Finding]:
    """One or more findings for each app; `where` is the app's id."""
    reached = await setup.reached()
    if not setup.apps:
        fix = "`limen add app` adds one, or write it into apps.yaml"
        return [Finding(NAME, State.SKIPPED, "no app is protected yet", fix, "apps.yaml")]
    findings: list[Finding] = []
    for app in setup.apps:
        if app.id in reached:
            findings += _of_app(setup, app, reached[app.id])
    return findings


def _of_app(setup: Setup, app: App, reached: Reached) -> list[Finding]:
    findings = [] if reached.wrong or reached.unresolved else _plain_http(app)
    complaint = _complaint(setup, app, reached)
    if complaint is not None:
        state, what, fix = complaint
        return [Finding(NAME, state, f"{app.name}: {what}", fix, app.id), *findings]
    reply = reached.reply
    if reply is not None and (soon := certificates.ends_soon(reply.served, setup.outside.now())):
        findings.append(Finding(NAME, State.WARNING, f"{app.name}: {soon}", "renew the app's certificate", app.id))
    if findings or reply is None:
        return findings
    return [Finding(NAME, State.OK, f"{app.name} answers ({reply.status})", where=app.id)]


def _complaint(setup: Setup, app: App, reached: Reached) -> tuple[State, str, str] | None:
    url = app.upstream.url
    if reached.unresolved:
        host = urlsplit(url).hostname
        return State.WRONG, f"its upstream's name {host} has no address here", "mend the name in apps.yaml, or your DNS"
    if reached.wrong is not None:
        return State.WRONG, *_no_answer(setup, app, reached.wrong)
    reply = reached.reply
    if reply is None:
        return None
    if reached.is_loop:
        what = "its redirects form a loop, so a browser would never arrive"
        return (
            State.WRONG,
            what,
            "tell the app to believe X-Forwarded-Proto and X-Forwarded-Host, and its public address",
        )
    if reached.astray:
        what = f"it sends browsers to {urlsplit(reached.astray).netloc}, its own address, past Limen"
        return State.WRONG, what, f"set the app's public address to https://{app.host}"
    if reply.status in _REFUSED_HOST:
        what = f"it answers {reply.status} to the host name {app.host}"
        fix = f"add {app.host} to the names that the app accepts, or write `keep_host: false` under its upstream"
        return State.WARNING, what, fix
    if reply.status >= 500:
        return State.WARNING, f"it answers {reply.status} at {app.start}", "look at the app's own log"
    return None


def _no_answer(setup: Setup, app: App, wrong: NoAnswerError) -> tuple[str, str]:
    url = urlsplit(app.upstream.url)
    start = "start the app, or mend its upstream in apps.yaml"
    match wrong.word:
        case "refused":
            return f"nothing listens at {url.netloc}", start
        case "slow":
            return (
                f"{url.netloc} does not answer within seconds",
                "is it overloaded, or does a firewall drop the packets?",
            )
        case "tls" if wrong.fault is not None:
            name = app.upstream.server_name or url.hostname or ""
            said = certificates.said(wrong.fault, name, setup.outside.now())
            return said, _TLS_FIXES.get(wrong.fault.word, "look at the app's certificate and its settings for https")
        case "too-much":
            return f"the head of its answer is longer than {MAX_HEAD_BYTES:,} bytes", "look at what the app sends"
        case "garbage":
            return (
                f"it does not answer with HTTP ({wrong.detail})",
                "is this the app's port? Mend its upstream in apps.yaml",
            )
        case "off-limits":
            return (
                f"{url.netloc} is not an address that an app may have",
                "name the machine the app runs on in apps.yaml",
            )
        case "ca-file":
            return (
                f"its ca_file {app.upstream.ca_file} can't be read",
                "mend the path in apps.yaml, or the file's rights",
            )
        case _:
            return f"{url.netloc} can't be reached: {wrong.detail}", start


def _plain_http(app: App) -> list[Finding]:
    """Without encryption is fine on this machine alone."""
    if not is_plain_http(app.upstream.url):
        return []
    at = urlsplit(app.upstream.url).netloc
    what = f"{app.name}: it is reached without encryption at {at}, so anybody in between can read along"
    return [Finding(NAME, State.WARNING, what, "give it https, and name that as its upstream in apps.yaml", app.id)]
