"""Who may connect to an entry point: this machine, and whom the settings name; and which sites are a company's own."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network


_log: Final = logging.getLogger("limen.data")
MOST_TOLD: Final = 100


@dataclass(slots=True)
class Refused:
    """Who was not let in at the entry point of this setting: each address is logged once, a hundred of them."""

    setting: str
    told: set[str] = field(default_factory=set)

    def tell(self, address: str) -> None:
        if address not in self.told and len(self.told) < MOST_TOLD:
            self.told.add(address)
            _log.warning("%s may not connect: it is not among `%s` under [data]", address, self.setting)


def is_named(address: str, named: Sequence[Network]) -> bool:
    """Whether the settings name it: only then is it believed who it speaks for."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    plain = (parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None) or parsed
    return any(plain.version == network.version and plain in network for network in named)


def may_connect(address: str, named: Sequence[Network]) -> bool:
    """Whether it is named, or, where nobody is, this machine."""
    return is_named(address, named or (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")))


def is_of(host: str, domains: Collection[str]) -> bool:
    """Whether a host is one of these domains or below one. `domains` are in lower case, and hold no empty one."""
    labels = host.casefold().rstrip(".").split(".")
    return any(".".join(labels[at:]) in domains for at in range(len(labels)))
