"""DNS: do the sign-in host and each app's host point to this machine or to the front before it?"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address
from typing import Final

from limen.doctor.setup import Setup
from limen.enforcement.addresses import is_trusted
from limen.finding import Finding, State, named
from limen.ssrf_guard import names_this_machine

NAME: Final = "names"
AT_ONCE: Final = 24
SECONDS: Final = 6.0


async def names(setup: Setup) -> list[Finding]:
    """One finding for all hosts that share a fault: a missing wildcard record is one mistake, not fifty."""
    asked = [host for host in setup.hosts if not names_this_machine(host)]
    if not asked:
        what = (
            "all names end in .localhost, which only reaches this machine: fine for trying Limen out "
            f"({len(setup.hosts)})"
        )
        return [Finding(NAME, State.OK, what, where=setup.settings.domain)]
    gate = asyncio.Semaphore(AT_ONCE)
    answers = await asyncio.gather(*(_addresses(setup, host, gate) for host in asked))
    found = dict(zip(asked, answers, strict=True))
    missing = [host for host, answer in found.items() if answer == ()]
    silent = [host for host, answer in found.items() if answer is None]
    findings = [*_missing(setup, missing, len(asked)), *_silent(silent)]
    there = {host: answer for host, answer in found.items() if answer}
    return [*findings, *_elsewhere(setup, there)]


async def _addresses(setup: Setup, host: str, gate: asyncio.Semaphore) -> tuple[str, ...] | None:
    """The host's addresses; () where there is no such name, None where nobody answered."""
    async with gate:
        try:
            async with asyncio.timeout(SECONDS):
                return await setup.outside.resolve(host)
        except socket.gaierror as error:
            return None if error.errno == socket.EAI_AGAIN else ()
        except (OSError, UnicodeError):
            return None


def _missing(setup: Setup, hosts: list[str], asked: int) -> list[Finding]:
    if not hosts:
        return []
    domain, here = setup.settings.domain, _here(setup)
    if len(hosts) > 1:
        what = f"{len(hosts)} of {asked} hosts have no address in DNS: {named(hosts)}"
        fix = f"add one wildcard record, `*.{domain}. A {here}`, where {domain} is managed"
    else:
        what = f"{hosts[0]} has no address in DNS"
        fix = f"add the record `{hosts[0]}. A {here}`, or `*.{domain}. A {here}` for all apps at once"
    return [Finding(NAME, State.WRONG, what, fix, hosts[0] if len(hosts) == 1 else f"*.{domain}")]


def _silent(hosts: list[str]) -> list[Finding]:
    if not hosts:
        return []
    what = f"this machine's resolver doesn't answer for {named(hosts)}"
    return [Finding(NAME, State.WRONG, what, "check /etc/resolv.conf and the network connection", hosts[0])]


def _elsewhere(setup: Setup, found: dict[str, tuple[str, ...]]) -> list[Finding]:
    own, trusted = setup.outside.own_addresses(), setup.settings.listen.trusted_proxies
    home = set(found.get(setup.sign_in_host, ()))
    has_public = any(_is_public(one) for one in own)
    astray: dict[tuple[str, ...], list[str]] = {}
    passed_on: list[str] = []
    right: list[str] = []
    for host, addresses in found.items():
        if all(one in own or is_trusted(one, trusted) for one in addresses):
            right.append(host)
        elif all(map(_is_public, addresses)) and not has_public and (not home or home == set(addresses)):
            passed_on.append(host)  # a router with this public address may pass everything on to this machine
        else:
            astray.setdefault(addresses, []).append(host)
    findings = [
        Finding(
            NAME,
            State.WARNING,
            f"{named(hosts)} {'points' if len(hosts) == 1 else 'point'} to {named(addresses)}, which is neither "
            "this machine nor a trusted front",
            f"point the record at {_here(setup)}, or add the front to trusted_proxies under [listen] in limen.toml",
            hosts[0],
        )
        for addresses, hosts in astray.items()
    ]
    if passed_on:
        what = (
            f"{_count(passed_on)} to {named(sorted(home or set(found[passed_on[0]])))}: your router has to forward it"
        )
        findings.append(Finding(NAME, State.OK, what, where=passed_on[0]))
    if right:
        findings.append(Finding(NAME, State.OK, f"{_count(right)} here", where=right[0]))
    return findings


def _count(hosts: list[str]) -> str:
    return f"{hosts[0]} points" if len(hosts) == 1 else f"{len(hosts)} hosts point"


def _here(setup: Setup) -> str:
    """The address that a record should name: a public one of this machine, else one that says what to fill in."""
    fit = [one for one in setup.outside.own_addresses() if not ip_address(one).is_loopback and ":" not in one]
    public = [one for one in fit if _is_public(one)]
    return (sorted(public) or sorted(fit) or ["<the address of this server>"])[0]


def _is_public(address: str) -> bool:
    try:
        return ip_address(address).is_global
    except ValueError:
        return False
