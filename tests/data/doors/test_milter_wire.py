from __future__ import annotations

import asyncio
import struct

import pytest
from hypothesis import given, settings, strategies as st
from tests.dial import size

from limen.data.doors import milter_wire
from limen.data.doors.milter_wire import LARGEST_PACKET, Agreed, Can, Leave, MilterError, packet, read_packet, texts


def read(data: bytes) -> tuple[bytes, bytes]:
    async def reading() -> tuple[bytes, bytes]:
        reader = asyncio.StreamReader()
        reader.feed_data(data)
        reader.feed_eof()
        return await read_packet(reader)

    return asyncio.run(reading())


@settings(max_examples=size(500, 50), deadline=None)
@given(st.binary(min_size=1, max_size=1), st.binary(max_size=300))
def test_packets_are_read_as_they_were_written(command: bytes, data: bytes) -> None:
    assert read(packet(command, data)) == (command, data)


@pytest.mark.parametrize("head", [b"\0\0\0\0", struct.pack("!I", LARGEST_PACKET + 1), b"\xff\xff\xff\xff", b"GET "])
def test_what_is_no_packet(head: bytes) -> None:
    with pytest.raises(MilterError):
        read(head + b"x" * 10)


def test_only_what_is_offered_is_agreed_on() -> None:
    agreed = Agreed.on(struct.pack("!III", 6, 0x21, 0x80 | 0x10))
    assert (agreed.can, agreed.leaves) == (Can.ADD_HEADERS | Can.QUARANTINE, Leave.HEADER_UNANSWERED)
    assert [agreed.is_answered(one) for one in (b"L", b"M", b"E", b"D", b"A", b"Q")] == [
        False,
        True,
        True,
        *[False] * 3,
    ]
    assert Agreed.on(struct.pack("!III", 2, 0, 0)).can == Can(0)
    for wrong in (b"", b"\0" * 11, struct.pack("!III", 1, 0, 0)):
        with pytest.raises(MilterError):
            Agreed.on(wrong)


def test_the_body_is_never_spared() -> None:
    assert not milter_wire.SPARED & 0x10
    assert not Agreed.on(struct.pack("!III", 6, 0xFFFFFFFF, 0xFFFFFFFF)).leaves & (
        0x04 | 0x08 | 0x10 | 0x20 | 0x40 | 0x400
    )


def test_texts_end_with_a_zero() -> None:
    assert (texts(b""), texts(b"a\0b\0"), texts(b"\0")) == ([], [b"a", b"b"], [b""])
    with pytest.raises(MilterError):
        texts(b"a\0b")


def test_what_is_answered_is_one_line_of_ascii() -> None:
    said = milter_wire.reply("550 5.7.1 100 % Größe\r\n250 ok\0" + "x" * 900)
    assert said[5:].startswith(b"550 5.7.1 100 Gr??e 250 ok")
    assert b"\n" not in said[5:]
    assert len(said) <= 506
    assert milter_wire.quarantine("a\nb\0c")[4:] == b"qa b\0c\0"


@pytest.mark.parametrize(
    ("data", "address"),
    [
        (b"mx.other.example\x004\x00\x19192.0.2.7\0", "192.0.2.7"),
        (b"[2001:db8::1]\x006\x00\x19IPv6:2001:db8::1\0", "IPv6:2001:db8::1"),
        (b"localhost\x00L\0\0/run/x\0", ""),
        (b"unknown\x00U", ""),
        (b"", ""),
    ],
)
def test_whoever_connected_is_known_by_an_address(data: bytes, address: str) -> None:
    assert milter_wire.address_in(data) == address
