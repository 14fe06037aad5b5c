"""NetFlow 5 and 9 (RFC 3954) and IPFIX (RFC 7011): the part of them that says who began what.

Only the ten fields of `_FIELDS` are read, with templates of fixed and of variable length; options, sampling rates and
fields of vendors are stepped over. The libraries there are were either last released in 2023 or have one release of one
author; this part is 150 lines. Datagrams are unsigned: whoever can send from an exporter's address can make flows up,
so what is learned is only ever proposed.
"""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, TypeAlias

from limen.clock import SECOND, Instant
from limen.network.learning.biflows import Uniflow
from limen.network.learning.flows import QUESTIONS, Ends
from limen.network.packets.box import TCP, WITH_PORTS

MOST_TEMPLATES: Final = 1_000
MOST_FIELDS: Final = 200
_VARIABLE: Final = 65_535
_FIELDS: Final = {
    4: "protocol",
    6: "flags",
    7: "source_port",
    8: "source",
    11: "port",
    12: "destination",
    22: "first_uptime",
    27: "source",
    28: "destination",
    32: "icmp",
    139: "icmp",
    150: "first_s",
    152: "first_ms",
}
"""IANA's "IPFIX Information Elements", whose first 127 are NetFlow 9's."""
_SYN: Final = 0x02
_ACK: Final = 0x10

_Template: TypeAlias = tuple[tuple[str, int], ...]
"""Of each field what it is ("" for what is stepped over), and its length."""
_Record: TypeAlias = dict[str, bytes]


class DatagramError(Exception):
    """Bytes that are no NetFlow, or cut off."""


class Exporters:
    """Reads datagrams; what an exporter said of its templates is remembered, for each exporter by itself."""

    def __init__(self) -> None:
        self._templates: OrderedDict[tuple[str, int, int], _Template] = OrderedDict()
        self.without_template = 0
        """Sets of records that came before their template, so that nobody could read them."""

    def take(self, datagram: bytes, exporter: str) -> list[Uniflow]:
        """Raises DatagramError."""
        try:
            version = int.from_bytes(datagram[:2])
            if version == 5:
                return list(_version_5(datagram))
            if version == 9:
                return list(self._version_9(datagram, exporter))
            if version == 10:
                return list(self._ipfix(datagram, exporter))
        except (struct.error, IndexError, ValueError, OverflowError):
            raise DatagramError("it is cut off, or its lengths don't fit") from None
        raise DatagramError("it is neither NetFlow 5 or 9 nor IPFIX")

    def _version_9(self, datagram: bytes, exporter: str) -> Iterator[Uniflow]:
        uptime, seconds, _, domain = struct.unpack_from("!IIII", datagram, 4)
        for set_id, body in _sets(datagram[20:]):
            if set_id == 0:
                self._learn(exporter, domain, body, has_vendors=False)
            elif set_id > 255:
                yield from self._records(exporter, domain, set_id, body, seconds * SECOND, uptime)

    def _ipfix(self, datagram: bytes, exporter: str) -> Iterator[Uniflow]:
        length, seconds, _, domain = struct.unpack_from("!HIII", datagram, 2)
        if length > len(datagram):
            raise DatagramError("it is cut off")
        for set_id, body in _sets(datagram[16:length]):
            if set_id == 2:
                self._learn(exporter, domain, body, has_vendors=True)
            elif set_id > 255:
                yield from self._records(exporter, domain, set_id, body, seconds * SECOND, 0)

    def _learn(self, exporter: str, domain: int, body: bytes, *, has_vendors: bool) -> None:
        place = 0
        while place + 4 <= len(body):
            template_id, count = struct.unpack_from("!HH", body, place)
            place += 4
            if template_id < 256 or count > MOST_FIELDS:
                return
            fields: list[tuple[str, int]] = []
            for _ in range(count):
                kind, length = struct.unpack_from("!HH", body, place)
                place += 4
                is_of_vendor = has_vendors and bool(kind & 0x8000)
                place += 4 if is_of_vendor else 0
                fields.append(("" if is_of_vendor else _FIELDS.get(kind, ""), length))
            key = (exporter, domain, template_id)
            self._templates[key] = tuple(fields)
            self._templates.move_to_end(key)
            if len(self._templates) > MOST_TEMPLATES:
                self._templates.popitem(last=False)

    def _records(
        self, exporter: str, domain: int, set_id: int, body: bytes, at: Instant, uptime: int
    ) -> Iterator[Uniflow]:
        template = self._templates.get((exporter, domain, set_id))
        if template is None:
            self.without_template += 1
            return
        least = sum(1 if length == _VARIABLE else length for _, length in template)
        place = 0
        while least and place + least <= len(body):
            record, place = _record(template, body, place)
            uniflow = _uniflow(record, at, uptime)
            if uniflow is not None:
                yield uniflow


def _sets(body: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + 4 <= len(body):
        set_id, length = struct.unpack_from("!HH", body, place)
        if length < 4 or place + length > len(body):
            raise DatagramError("a set is longer than its datagram")
        yield set_id, body[place + 4 : place + length]
        place += length


def _record(template: _Template, body: bytes, place: int) -> tuple[_Record, int]:
    record: _Record = {}
    for name, fixed in template:
        length = fixed
        if fixed == _VARIABLE:  # RFC 7011, section 7
            length, place = body[place], place + 1
            if length == 255:
                length, place = int.from_bytes(body[place : place + 2]), place + 2
        if place + length > len(body):
            raise DatagramError("a record is cut off")
        if name:
            record[name] = body[place : place + length]
        place += length
    return record, place


def _uniflow(record: _Record, at: Instant, uptime: int) -> Uniflow | None:
    source, destination = record.get("source", b""), record.get("destination", b"")
    family = {4: 4, 16: 6}.get(len(source))
    if family is None or len(destination) != len(source) or "protocol" not in record:
        return None
    number = {name: int.from_bytes(value) for name, value in record.items()}
    start = at
    if "first_ms" in number:
        start = number["first_ms"]
    elif "first_s" in number:
        start = number["first_s"] * SECOND
    elif uptime and number.get("first_uptime", uptime) <= uptime:
        start = at - (uptime - number.get("first_uptime", uptime))
    ends = Ends(family, number["source"], number["destination"])
    icmp = number.get("icmp", number.get("port", 0))
    return _checked(start, ends, number["protocol"], number.get("source_port", 0), number.get("port", 0), icmp,
                    number.get("flags", 0))  # fmt: skip


def _version_5(datagram: bytes) -> Iterator[Uniflow]:
    count, uptime, seconds = struct.unpack_from("!HII", datagram, 2)
    if count > 30 or len(datagram) < 24 + 48 * count:
        raise DatagramError("it is cut off")
    for place in range(24, 24 + 48 * count, 48):
        source, destination = struct.unpack_from("!II", datagram, place)
        first = struct.unpack_from("!I", datagram, place + 24)[0]
        source_port, port = struct.unpack_from("!HH", datagram, place + 32)
        flags, protocol = datagram[place + 37], datagram[place + 38]
        start = seconds * SECOND - max(0, uptime - first)
        uniflow = _checked(start, Ends(4, source, destination), protocol, source_port, port, port, flags)
        if uniflow is not None:
            yield uniflow


def _checked(
    start: Instant, ends: Ends, protocol: int, source_port: int, port: int, icmp: int, flags: int
) -> Uniflow | None:
    """`icmp` is 256 times the type, and the code. Flags are those of all packets of a direction, so SYN alone is an
    attempt that nobody answered, and says who began.
    """
    if protocol > 255 or max(source_port, port) > 65_535:
        return None
    if protocol in QUESTIONS:
        return Uniflow(start, ends, protocol, 0, QUESTIONS[protocol]) if icmp >> 8 == QUESTIONS[protocol] else None
    if protocol not in WITH_PORTS:
        return None
    began = True if protocol == TCP and flags & _SYN and not flags & _ACK else None
    return Uniflow(start, ends, protocol, source_port, port, began)
