"""NetFlow and IPFIX, built here field by field as RFC 3954 and RFC 7011 lay them out."""

from __future__ import annotations

import struct
from ipaddress import ip_address

import pytest

from limen.network.learning.formats.netflow import MOST_TEMPLATES, DatagramError, Exporters

SOURCE, DESTINATION = (int(ip_address(one)) for one in ("10.10.0.7", "10.20.0.10"))
SECONDS = 1_795_770_000


def version_5(*records: tuple[int, int, int, int]) -> bytes:
    """Each record: source port, port, protocol, flags; begun two seconds before the datagram."""
    head = struct.pack("!HHIIIIBBH", 5, len(records), 100_000, SECONDS, 0, 0, 0, 0, 0)
    body = b"".join(
        struct.pack("!IIIHHIIIIHHBBBBHHBBH", SOURCE, DESTINATION, 0, 1, 2, 3, 180, 98_000, 99_000, source_port, port, 0,
                    flags, protocol, 0, 0, 0, 24, 24, 0)
        for source_port, port, protocol, flags in records
    )  # fmt: skip
    return head + body


def framed(set_id: int, body: bytes) -> bytes:
    return struct.pack("!HH", set_id, len(body) + 4) + body


def version_9(*sets: bytes) -> bytes:
    return struct.pack("!HHIIII", 9, len(sets), 100_000, SECONDS, 1, 7) + b"".join(sets)


def ipfix(*sets: bytes) -> bytes:
    body = b"".join(sets)
    return struct.pack("!HHIII", 10, len(body) + 16, SECONDS, 1, 7) + body


def template(template_id: int, *fields: tuple[int, int]) -> bytes:
    return struct.pack("!HH", template_id, len(fields)) + b"".join(struct.pack("!HH", *one) for one in fields)


FIELDS = ((8, 4), (12, 4), (4, 1), (7, 2), (11, 2), (6, 1), (22, 4))
RECORD = struct.pack("!IIBHHBI", SOURCE, DESTINATION, 6, 44_000, 443, 0x1B, 97_000)


def test_version_5_says_who_when_and_which_service() -> None:
    (uniflow,) = Exporters().take(version_5((44_000, 443, 6, 0x1B)), "gw")
    assert (uniflow.ends, uniflow.source_port, uniflow.port) == ((4, SOURCE, DESTINATION), 44_000, 443)
    assert (uniflow.start, uniflow.began) == (SECONDS * 1000 - 2_000, None)
    assert Exporters().take(version_5((44_000, 443, 6, 0x02)), "gw")[0].began is True


def test_a_ping_is_known_by_its_type() -> None:
    assert [one.port for one in Exporters().take(version_5((0, 8 << 8, 1, 0)), "gw")] == [8]
    assert Exporters().take(version_5((0, 0, 1, 0)), "gw") == []


def test_version_9_is_read_by_its_template_which_each_exporter_has_for_itself() -> None:
    exporters = Exporters()
    assert exporters.take(version_9(framed(256, RECORD)), "gw") == []
    assert exporters.without_template == 1
    (uniflow,) = exporters.take(version_9(framed(0, template(256, *FIELDS)), framed(256, RECORD + b"\0\0")), "gw")
    assert (uniflow.ends, uniflow.port, uniflow.start) == ((4, SOURCE, DESTINATION), 443, SECONDS * 1000 - 3_000)
    assert exporters.take(version_9(framed(256, RECORD)), "other") == []


def test_ipfix_has_fields_of_vendors_and_of_variable_length() -> None:
    fields = struct.pack("!HH", 300, 6) + struct.pack("!HHI", 0x8000 | 9, 65_535, 99)
    fields += b"".join(struct.pack("!HH", *one) for one in ((27, 16), (28, 16), (4, 1), (11, 2), (152, 8)))
    six = ip_address("fd00:10::7").packed + ip_address("fd00:20::10").packed
    record = b"\x03abc" + six + struct.pack("!BHQ", 17, 53, SECONDS * 1000 + 7)
    (uniflow,) = Exporters().take(ipfix(framed(2, fields), framed(300, record)), "gw")
    assert (uniflow.ends.family, uniflow.protocol, uniflow.port, uniflow.start) == (6, 17, 53, SECONDS * 1000 + 7)


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\0",
        b"\0\x05",
        version_5((1, 2, 6, 0))[:-1],
        b"\0\x05" + b"\xff\xff" + bytes(2_000),
        version_9(struct.pack("!HH", 0, 3)),
        version_9(struct.pack("!HH", 0, 400)),
        version_9(framed(0, template(256, (8, 4))[:-2])),
        ipfix()[:8],
        struct.pack("!HHIII", 10, 60_000, 0, 0, 0),
        ipfix(framed(2, template(300, (8, 65_535), (12, 4))), framed(300, b"\xff\xff\xff\0\0")),
    ],
)
def test_what_is_cut_off_or_lies_about_its_length_is_refused(datagram: bytes) -> None:
    with pytest.raises(DatagramError):
        Exporters().take(datagram, "gw")


def test_templates_without_end_and_of_nothing_do_no_harm() -> None:
    exporters = Exporters()
    for number in range(MOST_TEMPLATES + 50):
        exporters.take(version_9(framed(0, template(256 + number % 60_000, (8, 4)))), f"gw{number}")
    assert len(exporters._templates) == MOST_TEMPLATES
    assert exporters.take(version_9(framed(0, template(999)), framed(999, bytes(1_000))), "gw") == []
    assert exporters.take(version_9(framed(0, template(998, (8, 0))), framed(998, bytes(1_000))), "gw") == []
