"""What is answered by DNS to whom: pure, but for the library that reads questions."""

from __future__ import annotations

import functools
import importlib
import ipaddress
import struct
import sys
from typing import Any, Iterable

from limen.following.program.kept import Wrong

MOST_ADDRESSES = 8
"""Of each family, of one name: so many fit into the 512 bytes that every answer fits into (RFC 1035, 2.3.4)."""
LONGEST_QUESTION = 512
LONGEST_TTL = 5
QUESTIONS_A_SECOND, QUESTIONS_AT_ONCE = 20.0, 50


@functools.lru_cache(maxsize=1)
def dnspython() -> Any:
    """It is for those alone who have tunnels with names. Raises Wrong where it is missing."""
    try:
        for part in ("exception", "flags", "message", "rcode", "rdataclass", "rdatatype", "rrset"):
            importlib.import_module(f"dns.{part}")
    except ImportError:
        raise Wrong("names are not answered: install python3-dnspython") from None
    return sys.modules["dns"]


def answered(question: bytes, names: dict[str, Any], now: float) -> bytes | None:
    """What somebody is told who asks this by DNS, and to whom these `names` are open; None: nothing, since it is no
    question, which keeps two that answer from talking to each other.

    What is not open is refused, with the same words whether it is there or not (RFC 1035, 4.1.1, RCODE 5): whoever is
    told that there is no such name would be told so for a while (RFC 2308) although it is opened meanwhile. Answers
    are short, never name anybody else who could be asked, and are gone from a cache soon.
    """
    if not 12 <= len(question) <= LONGEST_QUESTION:
        return None
    _, flags, asked, *others = struct.unpack_from(">6H", question)
    if flags & 0xF800 or asked != 1 or others[:2] != [0, 0] or others[2] > 1:
        return None
    dns = dnspython()
    try:
        query = dns.message.from_wire(question)
        response = dns.message.make_response(query, our_payload=LONGEST_QUESTION)
    except (dns.exception.DNSException, ValueError, IndexError, struct.error):
        return None
    (one,) = query.question
    addresses, ends = names.get(one.name.to_text(omit_final_dot=True).lower(), ((), 0.0))
    left = int(ends - now)
    if left < 1 or one.rdclass != dns.rdataclass.IN or dns.rdatatype.is_metatype(one.rdtype):
        response.set_rcode(dns.rcode.REFUSED)
        return bytes(response.to_wire())
    response.flags |= dns.flags.AA
    family = {dns.rdatatype.A: 4, dns.rdatatype.AAAA: 6}.get(one.rdtype, 0)
    fitting = [each for each in addresses if ipaddress.ip_address(each).version == family][:MOST_ADDRESSES]
    if fitting:
        response.answer.append(
            dns.rrset.from_text_list(one.name, min(LONGEST_TTL, left), one.rdclass, one.rdtype, fitting)
        )
    return bytes(response.to_wire(max_size=LONGEST_QUESTION))


class Share:
    """How many questions each may ask: so many at once, and so many a second from then on."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, float]] = {}

    def keep(self, whose: Iterable[str]) -> None:
        """Only these may ask."""
        self._left = {who: self._left.get(who, (float(QUESTIONS_AT_ONCE), 0.0)) for who in whose}

    def take(self, who: str, now: float) -> bool:
        """Whether who has a share of now has something left of it."""
        if who not in self._left:
            return False
        left, at = self._left[who]
        left = min(QUESTIONS_AT_ONCE, left + (now - at) * QUESTIONS_A_SECOND)
        self._left[who] = (left - 1 if left >= 1 else left, now)
        return left >= 1
