"""Telling a NAS to end a session now (RFC 5176, Disconnect-Request), and hearing that it did.

One packet of a fixed shape and its answer: a library for RADIUS would bring a server and dictionaries for it.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from dataclasses import dataclass
from hashlib import md5
from ipaddress import ip_address
from typing import Final

from limen.clock import SECOND, Instant
from limen.enforcement.radius.client_secrets import ClientSecrets
from limen.enforcement.radius.store import RadiusSession
from limen.errors import LimenError
from limen.facts.radius_service import DISCONNECT_PORT
from limen.pillar import Core

REQUEST: Final = 40
ACKNOWLEDGED: Final = 41
REFUSED: Final = 42
TRIES_SECONDS: Final = (0.4, 0.8, 1.6, 3.2)
"""How long each try waits for an answer. They are one request: who has seen one answers the next the same."""
_HEAD: Final = 20
_USER_NAME, _NAS_IP_ADDRESS, _CALLING_STATION, _ACCT_SESSION, _TIMESTAMP, _AUTHENTICATOR = 1, 4, 31, 44, 55, 80


class NotDisconnectedError(LimenError):
    """`why`: `refused`, `silent`, or `no-secret`."""

    def __init__(self, why: str) -> None:
        super().__init__("the NAS did not end the session", "check that it listens for RADIUS disconnects")
        self.why = why


def request(one: RadiusSession, secret: bytes, identifier: int, now: Instant) -> bytes:
    """The packet: which session, when it was sent (so that it can't be sent again later), and two proofs of it."""
    said = [(_USER_NAME, one.user_name.encode())]
    if ip_address(one.nas).version == 4:
        said.append((_NAS_IP_ADDRESS, ip_address(one.nas).packed))
    if one.calling:
        said.append((_CALLING_STATION, one.calling.encode()))
    if one.accounted:
        said.append((_ACCT_SESSION, one.accounted.encode()))
    said.append((_TIMESTAMP, (now // SECOND).to_bytes(4)))
    attributes = b"".join(bytes([kind, len(value) + 2]) + value for kind, value in said if len(value) <= 253)
    proof = bytes([_AUTHENTICATOR, 18])
    head = bytes([REQUEST, identifier]) + (_HEAD + len(attributes) + 18).to_bytes(2)
    attributes += proof + hmac.digest(secret, head + bytes(16) + attributes + proof + bytes(16), "md5")
    return head + _md5(head + bytes(16) + attributes + secret) + attributes


def answer_to(sent: bytes, received: bytes, secret: bytes) -> int:
    """The code of an answer to this request by whoever has the secret; 0 for anything else."""
    is_whole = _HEAD <= len(received) <= 4_096 and int.from_bytes(received[2:4]) == len(received)
    if not is_whole or received[1] != sent[1]:
        return 0
    proved = _md5(received[:4] + sent[4:20] + received[20:] + secret)
    return received[0] if hmac.compare_digest(proved, received[4:20]) else 0


@dataclass(frozen=True, slots=True)
class Disconnects:
    """Sends them. Used on the event loop."""

    core: Core
    secrets: ClientSecrets

    async def end(self, one: RadiusSession) -> None:
        """Return when the NAS has ended the session. Raises NotDisconnectedError."""
        core = self.core
        secret = await self.secrets.of(one.client)
        if secret is None:
            raise NotDisconnectedError("no-secret")
        app = core.known.apps.get(one.app)
        port = app.radius.disconnect_port if app is not None and app.radius is not None else DISCONNECT_PORT
        sent = request(one, secret, secrets.randbelow(256), core.clock.now())
        code = await _asked(one.nas, port, sent, secret)
        if code != ACKNOWLEDGED:
            raise NotDisconnectedError("refused" if code == REFUSED else "silent")


class _Waiting(asyncio.DatagramProtocol):
    def __init__(self, sent: bytes, secret: bytes) -> None:
        self._sent, self._secret = sent, secret
        self.code = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, _address: object) -> None:
        code = answer_to(self._sent, data, self._secret)
        if code and not self.code.done():
            self.code.set_result(code)


async def _asked(host: str, port: int, sent: bytes, secret: bytes) -> int:
    loop = asyncio.get_running_loop()
    try:
        transport, waiting = await loop.create_datagram_endpoint(
            lambda: _Waiting(sent, secret), remote_addr=(host, port)
        )
    except OSError:
        return 0
    try:
        for seconds in TRIES_SECONDS:
            transport.sendto(sent)
            done, _ = await asyncio.wait({waiting.code}, timeout=seconds)
            if done:
                return int(waiting.code.result())
        return 0
    finally:
        transport.close()


def _md5(data: bytes) -> bytes:
    return md5(data, usedforsecurity=False).digest()
