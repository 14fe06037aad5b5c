"""Where a request really comes from: the right-most address that is not one of our own proxies."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from limen.ssrf_guard import names_this_machine

Network = IPv4Network | IPv6Network

MAX_HOPS = 32
LONGEST = 100
"""No address is longer, with its brackets, zone and port."""
_KEPT = 2_048


def client_address(peer: str, forwarded_for: bytes, trusted: Sequence[Network]) -> str:
    """The client's address, believing `X-Forwarded-For` only as far as trusted hops wrote it.

    `peer` is the other end of the connection ("" for a unix socket, which only a trusted front can reach). Read from
    the right: each entry was written by the hop to its right, so the first one that is not a trusted proxy is the
    client. An entry that is no address ends the reading: the hop that wrote it is all that is known.
    """
    known = _parse(peer)
    if peer and (known is None or not _is_trusted(known, trusted)):
        return str(known) if known else ""
    for entry in reversed(forwarded_for.split(b",")[-MAX_HOPS:]):
        hop = _parse(entry.strip().decode("latin-1"))
        if hop is None:
            break
        known = hop
        if not _is_trusted(hop, trusted):
            break
    return str(known) if known else ""


def is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    """Whether `address` is one of our own proxies; text that is no address never is."""
    parsed = _parse(address)
    return parsed is not None and _is_trusted(parsed, trusted)


def is_plain_http(url: str) -> bool:
    """Whether what is sent to this upstream could be read on the way: http, and not to this machine itself."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "http" or names_this_machine(host):
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return True


def under(host: bytes, domain: str) -> bool:
    """Whether the host of a Host field is this domain or below it; with no domain none is."""
    name = host.partition(b":")[0].lower().decode("latin-1")
    return bool(domain) and (name == domain or name.endswith(f".{domain}"))


class UntrustedProxies:
    """Which machines near us say for whom they ask, without being trusted: most likely a front that nobody named.

    Only private and loopback addresses are kept: anybody on the internet can send the field, and none of them is to
    be proposed as one to trust.
    """

    def __init__(self, trusted: Sequence[Network]) -> None:
        self._trusted = tuple(trusted)
        self._seen: set[str] = set()

    def notice(self, peer: str) -> None:
        """A request with `X-Forwarded-For` came from `peer`."""
        if not peer or peer in self._seen or len(self._seen) >= MAX_HOPS:
            return
        address = _parse(peer)
        if address is not None and address.is_private and not _is_trusted(address, self._trusted):
            self._seen.add(peer)

    @property
    def seen(self) -> tuple[str, ...]:
        return tuple(sorted(self._seen))


def _is_trusted(address: IPv4Address | IPv6Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: bare, `[v6]`, with a port, or v4 mapped into v6; None when it is none."""
    return _parsed(text) if len(text) <= LONGEST else None


@lru_cache(_KEPT)
def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """Kept, because a connection's every request asks for the same few."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
