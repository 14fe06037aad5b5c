"""Syslog over UDP (RFC 5426): one message a datagram, from configured addresses, none of which proves anything."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any, Final

from limen.clock import Clock
from limen.monitor.normal_form.frame import Frame
from limen.monitor.process.counts import Counts
from limen.monitor.process.pipeline import Pipeline
from limen.monitor.process.senders import Senders, plain

RECEIVE_BUFFER: Final = 4 << 20
"""What the system keeps while this process is busy."""
_ENDS: Final = b"\r\n\x00"


class SyslogUdp(asyncio.DatagramProtocol):
    """What finds no room is lost, and counted: nobody could be told."""

    def __init__(self, senders: Senders, pipeline: Pipeline, counts: Counts, clock: Clock) -> None:
        self._senders = senders
        self._pipeline = pipeline
        self._counts = counts
        self._clock = clock

    def connection_made(self, transport: Any) -> None:
        with suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        peer = plain(addr[0])
        sender = self._senders.by_address("udp", peer)
        if sender is None:
            self._counts.refused("udp")
            return
        message = data.rstrip(_ENDS)
        if not message:
            return
        source, now = sender.source, self._clock.now()
        if not self._pipeline.has_room:
            self._counts.lost(source.name)
            return
        self._counts.came(source.name, len(message), now)
        frame = Frame(
            source=source.name,
            kind=source.kind,
            received_at=now,
            data=message,
            peer=peer,
            zone=source.zone,
            sender=peer,
            products=source.products,
        )
        self._pipeline.put([frame])
