"""What the kernel tracks, as `conntrack -E -o timestamp,extended` and `conntrack -L` write it.

A line says the packet that began the connection and the answer that is expected, so nobody has to guess who began. The
destination is the answer's source: where the packet goes after the router has rewritten it, which is what rules of
forwarding see.
"""

from __future__ import annotations

from typing import Final

from limen.clock import SECOND, Instant
from limen.network.learning.flows import QUESTIONS, ObservedFlow, ends_of
from limen.network.packets.box import ICMP, ICMPV6, TCP, WITH_PORTS

_NEW: Final = "[NEW]"
_EVENTS: Final = (_NEW, "[UPDATE]", "[DESTROY]")
_TAKEN: Final = frozenset({"ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT"})
"""States of TCP that come only after both sides have agreed."""
_FAMILIES: Final = frozenset({"ipv4", "ipv6"})


def is_conntrack(line: str) -> bool:
    words = line.split(maxsplit=4)
    return any(word in _FAMILIES for word in words[:3]) and " src=" in line


def flow_of(line: str, otherwise: Instant) -> ObservedFlow | None:
    """The connection that a line tells of; None where it tells of none, or of one that begins nothing.

    `otherwise` is when it was, where the line doesn't say.
    """
    words = line.split()
    start = next((place for place, word in enumerate(words) if word in _FAMILIES), -1)
    number = words[start + 3] if 0 <= start < len(words) - 3 else ""
    if not number.isdecimal() or len(number) > 3:
        return None
    pairs = [word.split("=", 1) for word in words if "=" in word]
    first, answer = _sides([(name, value) for name, value in pairs])
    ends = ends_of(first.get("src", ""), answer.get("src") or first.get("dst", ""))
    protocol = int(number)
    port = _port(protocol, first, answer)
    if ends is None or port is None or protocol > 255:
        return None
    event = next((word for word in words[:start] if word in _EVENTS), _NEW)
    return ObservedFlow(
        _instant(words[0], otherwise),
        "",
        "",
        *ends,
        protocol,
        port,
        count=1 if event == _NEW else 0,
        was_answered=_was_answered(words, protocol, event),
    )


def _sides(pairs: list[tuple[str, str]]) -> tuple[dict[str, str], dict[str, str]]:
    """What began it, and the answer: each begins with its source."""
    sides: list[dict[str, str]] = []
    for name, value in pairs:
        if name == "src":
            sides.append({})
        if sides:
            sides[-1].setdefault(name, value)
    return sides[0] if sides else {}, sides[1] if len(sides) > 1 else {}


def _port(protocol: int, first: dict[str, str], answer: dict[str, str]) -> int | None:
    """None where it is no number, or a message of ICMP that begins nothing."""
    if protocol in {ICMP, ICMPV6}:
        asked = first.get("type", "")
        return QUESTIONS[protocol] if asked == str(QUESTIONS[protocol]) else None
    if protocol not in WITH_PORTS:
        return 0
    text = answer.get("sport") or first.get("dport", "")
    return int(text) if text.isdecimal() and len(text) <= 5 and int(text) <= 65_535 else None


def _was_answered(words: list[str], protocol: int, event: str) -> bool | None:
    if "[UNREPLIED]" in words:
        return False if event == "[DESTROY]" else None
    if "[ASSURED]" in words or not _TAKEN.isdisjoint(words):
        return True
    if protocol == TCP:
        return False if "CLOSE" in words else None
    return True if event != _NEW else None


def _instant(word: str, otherwise: Instant) -> Instant:
    """`[1764279000.123456]`, in seconds."""
    seconds, _, rest = word.strip("[]").partition(".")
    if not word.startswith("[") or not seconds.isdecimal() or not 9 <= len(seconds) <= 11:
        return otherwise
    return int(seconds) * SECOND + (int(rest[:3].ljust(3, "0")) if rest.isdecimal() else 0)
