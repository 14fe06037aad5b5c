"""What sixty connections cost the https front whose answers nobody reads: one function for each figure.

    python bench/front.py [--json]

Sixty HTTP/2 connections from one address ask for 240 pages of 40 kB each, and take nothing of them. `caddy_alone_mb` is
what Caddy then holds with Limen's configuration for it and ports of its own, the peer; `front_mb` the most that it
holds behind Limen's listener, as `limen serve --https` runs it. `other_client_ms` is what another client waits for a
page through that front once the connections stand.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import ssl
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from footprint import free_port
from limen.front.caddy import configuration
from limen.front.child import Child
from limen.front.listener import Listener
from limen.front.places import Places, open_places, write_whole
from limen.front.program import find_program
from limen.settings import Settings

HOST = "limen.harbor.example"
CONNECTIONS, STREAMS, SECONDS = 60, 240, 15.0
PAGE = b"p" * 40_000


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true", help="one line, an object")
    chosen = options.parse_args()
    found = {**asyncio.run(measure("caddy_alone_mb", alone=True)), **asyncio.run(measure("front_mb", alone=False))}
    if chosen.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:28}{value:>12}")
    return 0


async def measure(name: str, *, alone: bool) -> dict[str, float]:
    async with front(alone=alone) as (port, trust, memory):
        held, most = [], 0.0
        ends = time.monotonic() + SECONDS
        while len(held) < CONNECTIONS or time.monotonic() < ends:
            if len(held) < CONNECTIONS:
                held.append(await hold(port, trust))
            most = max(most, memory())
            await asyncio.sleep(0 if len(held) < CONNECTIONS else 0.1)
        found = {name: round(most)}
        if not alone:
            began = time.perf_counter()
            await page(port, trust)
            found["other_client_ms"] = round(1_000 * (time.perf_counter() - began), 1)
        for writer in held:
            writer.transport.abort()
        return found


@asynccontextmanager
async def front(*, alone: bool) -> AsyncIterator[tuple[int, ssl.SSLContext, Callable[[], float]]]:
    """Its port, whom to trust, and how many megabytes Caddy holds. What stands behind it answers at once."""
    with tempfile.TemporaryDirectory() as folder:
        port, places = free_port(), open_places(Path(folder))
        https = {"mode": "internal", "listen": ["127.0.0.1"], "port": port, "http_port": 0}
        settings = Settings.model_validate({"name": "Harbor", "domain": "harbor.example", "https": https})
        write_whole(places.config, json.dumps(told(settings, places, port, alone=alone)).encode())
        behind = await asyncio.start_unix_server(answer, str(places.limen_socket), backlog=4_096)
        caddy = await Child.start(find_program(), places)
        listening = [] if alone else [asyncio.create_task(Listener(settings, places).run())]
        trust = await trusted(port, places)
        try:
            yield port, trust, lambda: resident_mb(caddy.pid)
        finally:
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)
            await caddy.stop()
            behind.close()


def told(settings: Settings, places: Places, port: int, *, alone: bool) -> dict[str, Any]:
    config = configuration(settings, [], places)
    if alone:
        server = config["apps"]["http"]["servers"]["https"]
        server |= {"listen": [f"tcp/127.0.0.1:{port}"], "listener_wrappers": []}
        server["routes"][1]["handle"][-1]["upstreams"][0].pop("max_requests")
    return config


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(PAGE), PAGE))
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        writer.close()


async def trusted(port: int, places: Places) -> ssl.SSLContext:
    while True:
        try:
            trust = ssl.create_default_context(cafile=str(places.root_certificate))
            await page(port, trust)
        except OSError:
            await asyncio.sleep(0.1)  # the certificate is being made
        else:
            return trust


async def page(port: int, trust: ssl.SSLContext) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust, server_hostname=HOST)
    writer.write(f"GET / HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode())
    if not (await reader.read()).endswith(PAGE):
        raise ConnectionError("no page")
    writer.close()


async def hold(port: int, trust: ssl.SSLContext) -> asyncio.StreamWriter:
    """A connection that takes nothing of what it asks for (RFC 9113): SETTINGS_INITIAL_WINDOW_SIZE is 0."""
    over_h2 = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    over_h2.load_verify_locations(cadata="\n".join(map(ssl.DER_cert_to_PEM_cert, trust.get_ca_certs(binary_form=True))))
    over_h2.set_alpn_protocols(["h2"])
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=over_h2, server_hostname=HOST)
    host = f"{HOST}:{port}".encode()
    block = b"\x82\x87\x84\x01" + bytes([len(host)]) + host
    writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b"\0\4" + bytes(4)) + frame(4, 1, 0))
    writer.write(b"".join(frame(1, 0x5, 1 + 2 * number, block) for number in range(STREAMS)))
    return writer


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def resident_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1_024
    return 0.0


if __name__ == "__main__":
    socket.setdefaulttimeout(30)
    sys.exit(main())
