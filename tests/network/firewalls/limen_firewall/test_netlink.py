"""Messages of netlink, as the kernel lays them out."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, strategies as st
from tests.network.firewalls.real_router import needs_a_router

from limen.network.firewalls.limen_firewall.netlink import Netlink, attribute, attributes, generation


@given(st.dictionaries(st.integers(0, 0x3FFF), st.binary(max_size=20), max_size=5))
def test_attributes_are_read_as_they_are_written(said: dict[int, bytes]) -> None:
    assert attributes(b"".join(attribute(kind, value) for kind, value in said.items())) == said


@given(st.binary(max_size=60))
def test_whatever_is_cut_off_ends(data: bytes) -> None:
    assert sum(map(len, attributes(data).values())) <= len(data)


def messages(data: bytes) -> list[tuple[int, bytes]]:
    class Socket:
        def recv(self, _size: int) -> bytes:
            return data

    one = Netlink.__new__(Netlink)
    one.socket = Socket()  # type: ignore[assignment]
    return list(one.messages())


def message(kind: int, body: bytes) -> bytes:
    return struct.pack("=IHHII", 16 + len(body), kind, 0, 0, 0) + body


def test_a_read_holds_several_messages_and_an_error_is_raised() -> None:
    about = bytes(4)
    assert messages(message(0x401, about + b"body") + message(3, about)) == [(0x401, b"body"), (3, b"")]
    assert messages(message(2, struct.pack("=i", 0))) == [(2, b"")]
    with pytest.raises(PermissionError):
        messages(message(2, struct.pack("=i", -1)))
    assert messages(struct.pack("=IHHII", 3, 1, 0, 0, 0)) == []


@needs_a_router
def test_the_kernel_says_its_generation() -> None:
    assert generation() >= 0
