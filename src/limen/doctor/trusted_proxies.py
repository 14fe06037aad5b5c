"""Trusted proxies: whose X-Forwarded-For is accepted, and whether a sender should be trusted but isn't."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import Final

from limen.company.trusted_fronts import FIX, is_open, is_wide
from limen.doctor.setup import Setup
from limen.finding import Finding, State, named

NAME: Final = "front"


async def hops(setup: Setup) -> list[Finding]:
    """Too wide a trusted network lets anybody in it choose the address that policies see."""
    trusted = setup.settings.listen.trusted_proxies
    findings = [found for network in trusted if (found := _width(network)) is not None]
    if setup.strangers:
        what = (
            f"{named(setup.strangers)} sends X-Forwarded-For but isn't trusted, so everyone behind it appears "
            "to come from its address"
        )
        fix = (
            "if it is your front, add it to trusted_proxies under [listen] in limen.toml; otherwise the header "
            "is forged"
        )
        findings.append(Finding(NAME, State.WARNING, what, fix, setup.strangers[0]))
    if not trusted and setup.is_https and not setup.has_own_https:
        what = (
            f"{setup.settings.public_url} is https, which requires a front before Limen; but none is trusted, "
            "so every visitor seems to come from the front"
        )
        fix = (
            'add the front: trusted_proxies = ["127.0.0.1/32"] under [listen] in limen.toml if it runs on this machine'
        )
        findings.append(Finding(NAME, State.WRONG, what, fix, "limen.toml"))
    if findings:
        return findings
    if not trusted:
        return [Finding(NAME, State.OK, "no front is trusted, and none is needed")]
    return [Finding(NAME, State.OK, f"X-Forwarded-For is only accepted from {named([str(one) for one in trusted])}")]


def _width(network: IPv4Network | IPv6Network) -> Finding | None:
    if not is_wide(network):
        return None
    what = (
        f"trusted_proxies contains {network}: each of its {network.num_addresses:,} addresses can claim to be "
        "any visitor"
    )
    return Finding(NAME, State.WRONG if is_open(network) else State.WARNING, what, FIX, str(network))
