"""How much `trusted_proxies` believes: whoever is in one of its networks says of each request where it comes from.

The address that policies see is what such a front says. A network that holds everybody lets everybody choose it, so it
is refused; one that holds more machines than a front has is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from typing import Final

from limen.configuration.problem import Complaint
from limen.settings import Network, Settings

FIX: Final = "list only the front's own address in trusted_proxies under [listen] in limen.toml, such as 10.0.0.2/32"
_WIDE: Final = {4: 24, 6: 64}
_EVERYBODY: Final = {4: 8, 6: 16}


def is_wide(network: Network) -> bool:
    """Does it hold more than the fronts of one place?"""
    return not network.is_loopback and network.prefixlen < _WIDE[network.version]


def is_open(network: Network) -> bool:
    """Does it hold strangers?"""
    is_private = network.is_private and network.prefixlen >= _EVERYBODY[network.version]
    return is_wide(network) and not is_private


def proxy_complaints(settings: Settings) -> Iterator[Complaint]:
    """Networks that hold everybody: by themselves, or together with others (0.0.0.0/1 and 128.0.0.0/1)."""
    trusted = settings.listen.trusted_proxies
    everybody = [one for one in _together(trusted) if one.prefixlen < _EVERYBODY[one.version]]
    for place, network in enumerate(trusted):
        if any(network.version == one.version and network.subnet_of(one) for one in everybody):  # type: ignore[arg-type]
            what = f"trusted_proxies contains {network}: anyone could claim any address, in any of your networks"
            yield ("listen", "trusted_proxies", place), what, "list only the front's own address, such as 10.0.0.2/32"


def told(settings: Settings) -> tuple[str, ...]:
    """A sentence for each network that is wide."""
    return tuple(
        f"limen.toml: trusted_proxies contains {one}: each of its {one.num_addresses:,} addresses can claim to be any "
        "other; list only the front's own"
        for one in settings.listen.trusted_proxies
        if is_wide(one)
    )


def _together(networks: Iterable[Network]) -> Iterator[Network]:
    some = list(networks)
    yield from collapse_addresses([one for one in some if isinstance(one, IPv4Network)])
    yield from collapse_addresses([one for one in some if isinstance(one, IPv6Network)])
