"""What listens for syslog: each way that the settings name, with its port, or with what is in the way of it."""

from __future__ import annotations

import asyncio
import ssl
from typing import Final

from limen.admission import Admission
from limen.clock import Clock
from limen.monitor.link import Listen
from limen.monitor.process.counts import Counts
from limen.monitor.process.pipeline import Pipeline
from limen.monitor.process.senders import Senders
from limen.monitor.process.syslog_tcp import OF_A_SENDER, SyslogStreams
from limen.monitor.process.syslog_udp import SyslogUdp
from limen.monitor.process.tls import server_context

CONNECTIONS: Final = 1_024
OF_AN_ADDRESS: Final = 128
"""Connections at once: of all senders, and from one address of those who have not proved who they are."""


class Receivers:
    """All listeners. Used on the event loop."""

    def __init__(
        self,
        listen: Listen,
        senders: Senders,
        pipeline: Pipeline,
        counts: Counts,
        clock: Clock,
        admission: Admission,
    ) -> None:
        self._listen = listen
        self._senders = senders
        self._pipeline = pipeline
        self._counts = counts
        self._clock = clock
        self._admission = admission
        self._streams: list[SyslogStreams] = []
        self._datagrams: list[asyncio.DatagramTransport] = []

    async def start(self) -> tuple[dict[str, int], dict[str, str]]:
        """By way: the port, and why there is none. One that can't listen keeps none of the others from it."""
        ports: dict[str, int] = {}
        wrong: dict[str, str] = {}
        for way, address in (("udp", self._listen.udp), ("tcp", self._listen.tcp), ("tls", self._listen.tls)):
            if not address:
                continue
            host, _, port = address.rpartition(":")
            try:
                ports[way] = await self._open(way, host.strip("[]"), int(port))
            except (OSError, ValueError, ssl.SSLError) as error:
                wrong[way] = f"{address}: {getattr(error, 'strerror', '') or error}"
        return ports, wrong

    def look_again(self) -> None:
        """Who may send has changed."""
        for one in self._streams:
            one.look_again()

    async def close(self) -> None:
        for datagrams in self._datagrams:
            datagrams.close()
        for streams in self._streams:
            await streams.close()

    async def _open(self, way: str, host: str, port: int) -> int:
        if way == "udp":
            transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: SyslogUdp(self._senders, self._pipeline, self._counts, self._clock), local_addr=(host, port)
            )
            self._datagrams.append(transport)
            return int(transport.get_extra_info("sockname")[1])
        context = server_context(self._listen) if way == "tls" else None
        listener = self._admission.listener(
            f"syslog-{way}", connections=CONNECTIONS, of_a_source=OF_AN_ADDRESS, owned=OF_A_SENDER
        )
        streams = SyslogStreams(self._senders, self._pipeline, self._counts, self._clock, listener, context)
        self._streams.append(streams)
        return streams.listen(host, port)
