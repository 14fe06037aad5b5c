"""Each connected EDR reports a high risk of a device that does not exist, and the session that is open there is tried.

The message is what the source sends, proved with the source's own secret, and comes in where messages of sources do.
What the source itself takes to notice and to send is not in the time: Limen can't make an EDR find something.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Final

from limen.clock import SECOND, Milliseconds
from limen.devices.signals import secret as secrets_of_sources, store
from limen.devices.signals.authentication import signed_by
from limen.devices.signals.service import Signals
from limen.devices.wire import RefusedError
from limen.facts.signal_sources import Proves, SignalSource
from limen.pillar import Core
from limen.probes.edr_messages import message
from limen.probes.model import CouldNotRunError, Try
from limen.probes.synthetic_person import Held, somebody

WITHIN: Final[Milliseconds] = 5 * SECOND
PATIENCE_SECONDS: Final = 10.0
HIGH: Final = 3
_PAUSE_SECONDS: Final = 0.005


async def run(core: Core) -> list[Try]:
    """One for each source of devices.yaml. Raises CouldNotRunError where there is none."""
    sources = core.known.device_rules.signals
    if not sources:
        raise CouldNotRunError("devices.yaml names no source of signals")
    return [await _tried(core, sources[name]) for name in sorted(sources)]


async def _tried(core: Core, source: SignalSource) -> Try:
    if source.at_most < HIGH:
        return Try(source.name, held=False, why="what it says never counts as high (at_most in devices.yaml)")
    row = await core.database.reading(lambda snapshot: store.source(snapshot.connection, source.name))
    its_secret = secrets_of_sources.opened(core.keyring, row)
    if not its_secret:
        return Try(source.name, held=False, why="it has no secret yet, so it can report nothing")
    async with somebody(core, has_device=True) as held:
        if held.device is None or not held.ask_with_cookie().permitted:
            return Try(source.name, held=None, why="no app let the probe in before the signal")
        body = message(source.kind, held.device.name, f"limen-probe-{secrets.token_hex(8)}", core.clock.now())
        if body is None:
            return Try(source.name, held=None, why="its messages name addresses, and a probe has none")
        return await _told(core, source, held, body, its_secret)


async def _told(core: Core, source: SignalSource, held: Held, body: bytes, its_secret: str) -> Try:
    headers = _proved(source, its_secret, body, core.clock.now() // SECOND)
    began = core.clock.monotonic()
    try:
        await core.offers.take(Signals).take(source.name, headers, body, "")
    except RefusedError as refused:
        return Try(source.name, held=False, why=f"its message was refused ({refused.error})")
    is_open, took = True, 0
    while is_open and took < PATIENCE_SECONDS * SECOND:
        is_open = held.ask_with_cookie().permitted
        took = round((core.clock.monotonic() - began) * SECOND)
        await asyncio.sleep(_PAUSE_SECONDS if is_open else 0)
    if is_open:
        return Try(source.name, held=False, why=f"the open session still opened after {PATIENCE_SECONDS:.0f} seconds")
    return Try(source.name, held=took <= WITHIN, took=took, why="" if took <= WITHIN else f"it took {took} ms")


def _proved(source: SignalSource, its_secret: str, body: bytes, at_seconds: int) -> Mapping[str, str]:
    """The headers with which the source proves that a message is its own."""
    if source.proves is Proves.TOKEN:
        return {"authorization": f"Bearer {its_secret}"}
    return signed_by(its_secret, f"msg_{secrets.token_hex(12)}", at_seconds, body)
