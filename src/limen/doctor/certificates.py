"""The certificate that browsers get: on the sign-in host and on each app's host, names, chain and expiry."""

from __future__ import annotations

import asyncio
from typing import Final

from limen.clock import DAY
from limen.doctor import certificate_reading
from limen.doctor.http_client import NoAnswerError, Target, greet
from limen.doctor.setup import Setup
from limen.finding import Finding, State, named

NAME: Final = "certificate"
AT_ONCE: Final = 10
MOST_HOSTS: Final = 60
_FIXES: Final = {
    "expired": 'renew it; `limen serve --https` with `[https] mode = "acme"` renews automatically',
    "not-yet": "set this machine's clock, or wait until the certificate becomes valid",
    "self-signed": "get one from an authority that browsers trust, or make every browser trust this one",
    "untrusted": "serve the whole chain, including intermediate certificates; your own authority has to be "
    "trusted by every machine, including this one",
    "wrong-name": "get a certificate for the sign-in host and each app's host, or one for *.{domain}",
    "plain": "set up https on the front",
}
_TRUST_OURS: Final = (
    "make every machine, this one too, trust this server's own authority; `limen serve --https` prints how"
)


async def served(setup: Setup) -> list[Finding]:
    """One finding for all hosts that share a fault. Names that don't resolve are the business of `names`."""
    if not setup.is_https:
        what = f"{setup.settings.public_url} is plain http, for this machine only: there is no certificate"
        return [Finding(NAME, State.SKIPPED, what, where=setup.sign_in_host)]
    gate = asyncio.Semaphore(AT_ONCE)
    hosts = setup.hosts[:MOST_HOSTS]
    seen = dict(zip(hosts, await asyncio.gather(*(_look(setup, host, gate) for host in hosts)), strict=True))
    groups: dict[tuple[State, str, str], list[str]] = {}
    for host, said in seen.items():
        if said is not None:
            groups.setdefault(said, []).append(host)
    if not groups:
        return [Finding(NAME, State.SKIPPED, "no host has an address yet, so no certificate could be checked")]
    return [_finding(setup, *said, hosts) for said, hosts in groups.items()]


def _finding(setup: Setup, state: State, what: str, fix: str, hosts: list[str]) -> Finding:
    return Finding(NAME, state, f"{named(hosts)}: {what}", fix.format(domain=setup.settings.domain), hosts[0])


async def _look(setup: Setup, host: str, gate: asyncio.Semaphore) -> tuple[State, str, str] | None:
    """What is to be said of the host's certificate, and the fix; None where the host has no address."""
    async with gate:
        try:
            (address, *_) = await setup.outside.resolve(host)
        except (OSError, ValueError):
            return None
        try:
            shown = await greet(Target(address, setup.port, host, setup.outside.trust("")))
        except NoAnswerError as wrong:
            return _no_answer(setup, wrong)
    now = setup.outside.now()
    if soon := certificate_reading.ends_soon(shown, now):
        return State.WARNING, soon, "renew it, and find out why it was not renewed automatically"
    days = (shown.ends_at - now) // DAY if shown else 0
    return State.OK, f"its certificate is valid for {days} more days", ""


def _no_answer(setup: Setup, wrong: NoAnswerError) -> tuple[State, str, str]:
    if wrong.word == "tls" and wrong.fault is not None:
        said = certificate_reading.said(wrong.fault, "this host", setup.outside.now())
        if wrong.fault.word == "untrusted" and setup.settings.https.mode == "internal":
            return State.WRONG, said, _TRUST_OURS
        return State.WRONG, said, _FIXES.get(wrong.fault.word, "check the front's https settings")
    if setup.has_own_https and setup.limen is None:
        return (
            State.SKIPPED,
            "nothing responds, because Limen isn't running",
            "start it with `limen serve --https`, then check again",
        )
    fix = (
        "start the https server. If it is running, your router may not let internal machines connect to port "
        f"{setup.port} from outside: test it from elsewhere"
    )
    return State.WARNING, f"nothing responds on port {setup.port} from here", fix
