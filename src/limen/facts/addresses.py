"""Addresses as facts name them, and the company's networks that they are in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from limen.facts.nouns import NOWHERE, Place

Networks: TypeAlias = tuple[tuple[str, IPv4Network | IPv6Network], ...]
"""The company's, each with its name, in the order in which they count."""
Locate: TypeAlias = "Callable[[str, str], Place]"
"""`(address as ipaddress writes it, the company's network it is in or "") → what is known of it`."""


@lru_cache(1_024)
def normal(address: str) -> str:
    """The address as `ipaddress` writes it; "" for what is none."""
    try:
        return str(ip_address(address))
    except ValueError:
        return ""


def read_network(written: str, *, is_strict: bool = False) -> IPv4Network | IPv6Network:
    """The network that this names; with `is_strict` no bit of a host may stand in it. Raises ValueError.

    None with a zone (RFC 4007): it means one machine's own interface, and `ipaddress` takes any text for its name.
    """
    if "%" in written:
        raise ValueError(written)
    return ip_network(written, strict=is_strict)


def network_of(address: str, networks: Sequence[tuple[str, IPv4Network | IPv6Network]]) -> str:
    """The name of the first of the company's networks that holds this address; "" where none does, or it is none."""
    if not networks:
        return ""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    return next((name for name, network in networks if parsed in network), "")


def nowhere(_address: str, _network: str) -> Place:
    """Knows no place: a `Locate`, until somebody locates."""
    return NOWHERE
