"""Each app's upstream: can the gateway reach it, is it authentic, and does it know its own host name?"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from limen.doctor import certificate_reading
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
    "not-yet": "set whichever clock is wrong, or wait until the certificate becomes valid",
    "self-signed": "give the app a certificate from your own authority, or set this one as `ca_file` of its upstream",
    "untrusted": "set the authority's certificate as `ca_file` of its upstream in apps.yaml",
    "wrong-name": "set `server_name` of its upstream to a name in the certificate, or renew it with the right name",
    "plain": "write http:// in apps.yaml or, better, turn on https in the app",
}


async def upstreams(setup: Setup) -> list[Finding]:
    """One or more findings for each app; `where` is the app's id."""
    reached = await setup.reached()
    if not setup.apps:
        fix = "add one with `limen add app`, or in apps.yaml"
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
    if reply is not None and (soon := certificate_reading.ends_soon(reply.served, setup.outside.now())):
        findings.append(Finding(NAME, State.WARNING, f"{app.name}: {soon}", "renew the app's certificate", app.id))
    if findings or reply is None:
        return findings
    return [Finding(NAME, State.OK, f"{app.name} responds ({reply.status})", where=app.id)]


def _complaint(setup: Setup, app: App, reached: Reached) -> tuple[State, str, str] | None:
    url = app.upstream.url
    if reached.unresolved:
        host = urlsplit(url).hostname
        return (
            State.WRONG,
            f"its upstream's name {host} has no address here",
            "correct the name in apps.yaml, or your DNS",
        )
    if reached.wrong is not None:
        return State.WRONG, *_no_answer(setup, app, reached.wrong)
    reply = reached.reply
    if reply is None:
        return None
    if reached.is_loop:
        what = "its redirects form a loop, so browsers never reach it"
        return (
            State.WRONG,
            what,
            "configure the app to trust X-Forwarded-Proto and X-Forwarded-Host, and set its public address",
        )
    if reached.astray:
        what = f"it sends browsers to {urlsplit(reached.astray).netloc}, its own address, bypassing Limen"
        return State.WRONG, what, f"set the app's public address to https://{app.host}"
    if reply.status in _REFUSED_HOST:
        what = f"it responds with {reply.status} to the host name {app.host}"
        fix = f"add {app.host} to the host names the app accepts, or set `keep_host: false` under its upstream"
        return State.WARNING, what, fix
    if reply.status >= 500:
        return State.WARNING, f"it responds with {reply.status} at {app.start}", "check the app's log"
    return None


def _no_answer(setup: Setup, app: App, wrong: NoAnswerError) -> tuple[str, str]:
    url = urlsplit(app.upstream.url)
    start = "start the app, or correct its upstream in apps.yaml"
    match wrong.word:
        case "refused":
            return f"nothing is listening at {url.netloc}", start
        case "slow":
            return (
                f"{url.netloc} doesn't respond within seconds",
                "check whether it is overloaded or a firewall drops the packets",
            )
        case "tls" if wrong.fault is not None:
            name = app.upstream.server_name or url.hostname or ""
            said = certificate_reading.said(wrong.fault, name, setup.outside.now())
            return said, _TLS_FIXES.get(wrong.fault.word, "check the app's certificate and https settings")
        case "too-much":
            return f"the head of its answer is longer than {MAX_HEAD_BYTES:,} bytes", "check what the app sends"
        case "garbage":
            return (
                f"it doesn't respond with HTTP ({wrong.detail})",
                "check the port, and correct its upstream in apps.yaml",
            )
        case "off-limits":
            return (
                f"{url.netloc} is not an address that an app may have",
                "enter the machine the app runs on in apps.yaml",
            )
        case "ca-file":
            return (
                f"its ca_file {app.upstream.ca_file} can't be read",
                "correct the path in apps.yaml, or the file's permissions",
            )
        case _:
            return f"{url.netloc} can't be reached: {wrong.detail}", start


def _plain_http(app: App) -> list[Finding]:
    """Without encryption is fine on this machine alone, and where the company says why nobody can read it."""
    if not is_plain_http(app.upstream.url) or app.upstream.plain_text_why:
        return []
    at = urlsplit(app.upstream.url).netloc
    what = f"{app.name}: the connection to {at} is not encrypted, so anyone on the network path can read it"
    return [
        Finding(NAME, State.WARNING, what, "set up https for it, and use that as its upstream in apps.yaml", app.id)
    ]
