"""Flow logs of an AWS VPC, versions 2 to 5: a line for each direction, its fields in the order that a header names.

Source: Amazon VPC User Guide, "Flow log records". ICMP has no type there, so it is not learned from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from limen.clock import SECOND
from limen.network.learning.biflows import Uniflow
from limen.network.learning.flows import ends_of
from limen.network.packets.box import TCP, WITH_PORTS

VERSION_2: Final = (
    *("version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol"),
    *("packets", "bytes", "start", "end", "action", "log-status"),
)
"""The fields of the default format, which has no header in CloudWatch Logs."""
_NEEDED: Final = frozenset({"srcaddr", "dstaddr", "dstport", "srcport", "protocol", "start"})
_SYN: Final = 2
_ACK: Final = 16


def fields_of(line: str) -> Sequence[str] | None:
    """The fields that a header names; None where the line is none."""
    words = line.split()
    return words if set(words) >= _NEEDED else None


def is_version_2(line: str) -> bool:
    words = line.split()
    return len(words) == len(VERSION_2) and words[0] == "2" and words[-1] in {"OK", "NODATA", "SKIPDATA"}


def uniflow_of(line: str, fields: Sequence[str]) -> Uniflow | None:
    """None where a line tells of no packets, or of a protocol without ports."""
    words = line.split()
    if len(words) != len(fields):
        return None
    said = {name: "" if word == "-" else word for name, word in zip(fields, words, strict=True)}
    ends = ends_of(said.get("pkt-srcaddr") or said["srcaddr"], said.get("pkt-dstaddr") or said["dstaddr"])
    numbers = [said[name] for name in ("protocol", "srcport", "dstport", "start")]
    if ends is None or not all(one.isdecimal() and len(one) <= 11 for one in numbers):
        return None
    protocol, source_port, port, start = map(int, numbers)
    if protocol not in WITH_PORTS or max(source_port, port) > 65_535:
        return None
    return Uniflow(
        start * SECOND,
        ends,
        protocol,
        source_port,
        port,
        began=_began(protocol, said.get("tcp-flags", "")),
        was_refused=said.get("action") == "REJECT",
    )


def _began(protocol: int, flags: str) -> bool | None:
    """Flags are those of the whole interval; ACK is written only beside SYN, in the answer to one."""
    if protocol != TCP or not flags.isdecimal() or len(flags) > 3 or not int(flags) & _SYN:
        return None
    return not int(flags) & _ACK
