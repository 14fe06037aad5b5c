"""Lists of intervals as firewalls write them: everything but these, prefixes, ranges of ports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import ip_address, ip_network

from limen.network.packets import ANY_PORT, Interval


def all_but(taken: Iterable[Interval], last: int) -> list[Interval]:
    """The numbers from 0 to `last` that none of these holds."""
    left: list[Interval] = []
    start = 0
    for low, high in sorted(taken):
        if start < low:
            left.append((start, low - 1))
        start = max(start, high + 1)
    return [*left, (start, last)] if start <= last else left


def shared(some: Iterable[Interval], others: Sequence[Interval]) -> list[Interval]:
    """The numbers that are in one of each."""
    both = [(max(low, lower), min(high, higher)) for low, high in some for lower, higher in others]
    return [(low, high) for low, high in both if low <= high]


def prefix_interval(text: str) -> tuple[int, Interval]:
    """The family and the addresses of `10.0.0.0/8`, `10.0.0.0/255.0.0.0` or `2001:db8::1`. Raises ValueError, for a
    zone index and for a mask with holes as well.
    """
    if "%" in text:
        raise ValueError(text)
    prefix = ip_network(text, strict=False)
    mask = text.partition("/")[2]
    if "." in mask and mask != str(prefix.netmask):  # Python takes 0.0.0.255 for the mask of hosts, firewalls don't
        raise ValueError(text)
    return prefix.version, (int(prefix.network_address), int(prefix.broadcast_address))


def joined(some: Iterable[tuple[int, Interval]]) -> list[tuple[int, Interval]]:
    """The same addresses of each family in as few intervals as hold them."""
    found: list[tuple[int, Interval]] = []
    for family, (low, high) in sorted(some):
        if found and found[-1][0] == family and low <= found[-1][1][1] + 1:
            found[-1] = (family, (found[-1][1][0], max(high, found[-1][1][1])))
        else:
            found.append((family, (low, high)))
    return found


def range_interval(first: str, last: str) -> tuple[int, Interval]:
    """The family and the addresses from one to another. Raises ValueError."""
    low, high = ip_address(first), ip_address(last)
    if low.version != high.version or int(low) > int(high):
        raise ValueError(f"{first}-{last}")
    return low.version, (int(low), int(high))


def port_interval(text: str, dash: str) -> Interval:
    """`80`, or with `:` as its dash `1024:65535`, `:1023` and `1024:`. Raises ValueError."""
    first, is_range, last = text.partition(dash)
    low = number(first) if first or not is_range else ANY_PORT[0]
    high = (number(last) if last else ANY_PORT[1]) if is_range else low
    if not low <= high <= ANY_PORT[1]:
        raise ValueError(text)
    return low, high


def number(text: str) -> int:
    """Plain ASCII digits, and no more than a port needs. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise ValueError(text)
    return int(text)
