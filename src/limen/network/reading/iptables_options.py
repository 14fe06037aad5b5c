"""What each option of iptables asks of a packet that begins a connection (iptables(8), iptables-extensions(8)).

An option that is not known here is a doubt, named in the rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Interval
from limen.network.packets.box import ICMP, ICMPV6, LAST_ADDRESS, WITH_PORTS
from limen.network.reading.intervals import all_but, number, port_interval, prefix_interval, range_interval, shared
from limen.network.reading.iptables_words import Words

PROTOCOLS: Final = {
    "icmp": ICMP,
    "tcp": 6,
    "udp": 17,
    "dccp": 33,
    "gre": 47,
    "esp": 50,
    "ah": 51,
    "icmpv6": ICMPV6,
    "ipv6-icmp": ICMPV6,
    "sctp": 132,
    "udplite": 136,
}
"""By IANA's names, and those of /etc/protocols."""
_ICMP_TYPES: Final = {
    4: {"echo-reply": 0, "pong": 0, "destination-unreachable": 3, "echo-request": 8, "ping": 8, "time-exceeded": 11},
    6: {"destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "echo-request": 128, "echo-reply": 129},
}
PASSING_ON: Final = frozenset(
    {
        "AUDIT",
        "CHECKSUM",
        "CLASSIFY",
        "CONNMARK",
        "CONNSECMARK",
        "DSCP",
        "ECN",
        "HL",
        "HMARK",
        "IDLETIMER",
        "LED",
        "LOG",
    }
    | {"MARK", "NFLOG", "RATEEST", "SECMARK", "SET", "TCPMSS", "TOS", "TRACE", "TTL", "ULOG"}
)
"""Targets after which a packet goes on to the next rule."""
_MATCHES: Final = frozenset(
    ("tcp", "udp", "sctp", "dccp", "icmp", "icmp6", "multiport", "conntrack", "state", "comment", "iprange")
)
_STATES: Final = frozenset({"NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED"})
_FLAGS: Final = frozenset({"FIN", "SYN", "RST", "PSH", "ACK", "URG"})


@dataclass(frozen=True, slots=True)
class Interfaces:
    """The interface of this name, or with a `+` at its end every one that so begins; or, with `is_not`, any other."""

    pattern: str
    is_not: bool


@dataclass(slots=True)
class Asked:
    """What has been read so far. Each list of intervals: in one of them."""

    family: int
    sources: list[Interval]
    destinations: list[Interval]
    protocols: list[Interval] = field(default_factory=lambda: [ANY_PROTOCOL])
    ports: list[list[Interval]] = field(default_factory=list)
    source_ports: list[list[Interval]] = field(default_factory=list)
    either_ports: list[list[Interval]] = field(default_factory=list)
    chain: str = ""
    from_: Interfaces | None = None
    to: Interfaces | None = None
    target: str = ""
    goes: bool = False
    begins: bool = True
    """Whether it fits packets that begin a connection at all."""
    doubts: list[str] = field(default_factory=list)


def read_option(asked: Asked, words: Words) -> None:
    option = words.next()
    is_not = option == "!"
    if is_not:
        option = words.next()
    reader = _OPTIONS.get(option)
    if reader is not None:
        reader(asked, words, is_not)
        return
    said = " ".join([*(["!"] if is_not else []), option, *words.values()])
    is_of_target = asked.target in PASSING_ON or (asked.target == "REJECT" and option == "--reject-with")
    if not is_of_target:
        asked.doubts.append(said)


# Each option


def _chain(asked: Asked, words: Words, is_not: bool) -> None:  # noqa: FBT001 -- as all of these
    if asked.chain or is_not:
        raise ValueError("a second chain")
    asked.chain = words.next()


def _target(asked: Asked, words: Words, is_not: bool, *, goes: bool = False) -> None:  # noqa: FBT001 -- as above
    if asked.target or is_not:
        raise ValueError("a second target")
    asked.target, asked.goes = words.next(), goes


def _goto(asked: Asked, words: Words, is_not: bool) -> None:  # noqa: FBT001 -- as above
    _target(asked, words, is_not, goes=True)


def _interface(name: str) -> Callable[[Asked, Words, bool], None]:
    def read(asked: Asked, words: Words, is_not: bool) -> None:  # noqa: FBT001 -- as above
        if getattr(asked, name) is not None:
            raise ValueError("a second interface")
        setattr(asked, name, Interfaces(words.next(), is_not))

    return read


def _address(name: str) -> Callable[[Asked, Words, bool], None]:
    def read(asked: Asked, words: Words, is_not: bool) -> None:  # noqa: FBT001 -- as above
        said = words.next()
        try:
            family, interval = range_interval(*said.split("-")) if said.count("-") == 1 else prefix_interval(said)
        except (ValueError, TypeError):
            asked.doubts.append(f"{'! ' if is_not else ''}{name} {said}")
            return
        if family != asked.family:
            raise ValueError(f"an address of the other family: {said}")
        _narrow(asked, name, [interval], is_not=is_not)

    return read


def _narrow(asked: Asked, name: str, intervals: list[Interval], *, is_not: bool) -> None:
    found = all_but(intervals, LAST_ADDRESS[asked.family]) if is_not else intervals
    setattr(asked, name, shared(getattr(asked, name), found))


def _protocol(asked: Asked, words: Words, is_not: bool) -> None:  # noqa: FBT001 -- as above
    said = words.next()
    if said in {"all", "0"}:
        asked.begins = asked.begins and not is_not
        return
    try:
        one = PROTOCOLS[said] if said in PROTOCOLS else number(said)
    except ValueError:
        asked.doubts.append(f"{'! ' if is_not else ''}-p {said}")
        return
    if one > ANY_PROTOCOL[1]:
        raise ValueError(f"a protocol beyond 255: {said}")
    asked.protocols = all_but([(one, one)], ANY_PROTOCOL[1]) if is_not else [(one, one)]


def _ports(name: str, option: str) -> Callable[[Asked, Words, bool], None]:
    def read(asked: Asked, words: Words, is_not: bool) -> None:  # noqa: FBT001 -- as above
        said = words.next()
        has_ports = all(low == high and low in WITH_PORTS for low, high in asked.protocols)
        try:
            found = [port_interval(one, ":") for one in said.split(",")]
        except ValueError:
            has_ports = False
        if not has_ports or (is_not and name == "either_ports"):
            asked.doubts.append(f"{'! ' if is_not else ''}{option} {said}")
            return
        getattr(asked, name).append(all_but(found, ANY_PORT[1]) if is_not else found)

    return read


def _icmp_type(asked: Asked, words: Words, is_not: bool) -> None:  # noqa: FBT001 -- as above
    said = words.next()
    kind = ICMP if asked.family == 4 else ICMPV6
    if said == "any" and asked.protocols == [(kind, kind)]:
        asked.begins = asked.begins and not is_not
        return
    names = _ICMP_TYPES[asked.family]
    try:
        one = names[said] if said in names else number(said)
    except ValueError:
        one = -1
    if one < 0 or asked.protocols != [(kind, kind)]:
        asked.doubts.append(f"{'! ' if is_not else ''}--icmp-type {said}")
        return
    asked.ports.append(all_but([(one, one)], ANY_PORT[1]) if is_not else [(one, one)])


def _state(asked: Asked, words: Words, is_not: bool) -> None:  # noqa: FBT001 -- as above
    """A packet that begins a connection is NEW, and of the states that conntrack itself gives no other."""
    said = words.next()
    states = set(said.split(","))
    if "NEW" in states or states <= _STATES:
        asked.begins = asked.begins and ("NEW" in states) != is_not
    else:
        asked.doubts.append(f"{'! ' if is_not else ''}--ctstate {said}")


def _syn(asked: Asked, words: Words, is_not: bool) -> None:  # noqa: ARG001, FBT001 -- as above
    asked.begins = asked.begins and not is_not


def _tcp_flags(asked: Asked, words: Words, is_not: bool) -> None:  # noqa: FBT001 -- as above
    """What begins a connection of TCP has SYN set and no other flag."""
    looked_at, are_set = (_flags(words.next()) for _ in range(2))
    asked.begins = asked.begins and (({"SYN"} & looked_at) == are_set) != is_not


def _flags(text: str) -> set[str]:
    names = set() if text == "NONE" else set(_FLAGS) if text == "ALL" else set(text.split(","))
    if not names <= _FLAGS:
        raise ValueError(text)
    return names


def _comment(asked: Asked, words: Words, is_not: bool) -> None:  # noqa: ARG001, FBT001 -- as above
    words.next()


def _module(asked: Asked, words: Words, is_not: bool) -> None:  # noqa: ARG001, FBT001 -- as above
    """What a module asks comes by its options; one without any that is not known could ask anything."""
    name = words.next()
    if name not in _MATCHES:
        asked.doubts.append(f"-m {name}")


_OPTIONS: Final[dict[str, Callable[[Asked, Words, bool], None]]] = {
    **dict.fromkeys(("-A", "--append"), _chain),
    **dict.fromkeys(("-j", "--jump"), _target),
    **dict.fromkeys(("-g", "--goto"), _goto),
    **dict.fromkeys(("-i", "--in-interface"), _interface("from_")),
    **dict.fromkeys(("-o", "--out-interface"), _interface("to")),
    **dict.fromkeys(("-s", "--source", "--src-range"), _address("sources")),
    **dict.fromkeys(("-d", "--destination", "--dst-range"), _address("destinations")),
    **dict.fromkeys(("-p", "--protocol"), _protocol),
    **dict.fromkeys(("--dport", "--destination-port", "--dports"), _ports("ports", "--dports")),
    **dict.fromkeys(("--sport", "--source-port", "--sports"), _ports("source_ports", "--sports")),
    "--ports": _ports("either_ports", "--ports"),
    **dict.fromkeys(("--icmp-type", "--icmpv6-type"), _icmp_type),
    **dict.fromkeys(("--ctstate", "--state"), _state),
    "--syn": _syn,
    "--tcp-flags": _tcp_flags,
    "--comment": _comment,
    **dict.fromkeys(("-m", "--match"), _module),
}
