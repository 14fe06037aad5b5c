"""Somebody leaves: a person who does not exist holds what people hold, is deactivated, and tries to go on.

What can be tried is tried, again and again from before the deactivation: a request of the open session, one of a
program, Limen's own pages, and the look that cuts open connections. Beyond these every surface is asked that the
departure of a person asks. Other workers' memory is not tried: the deactivation returns when they have it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final, TypeAlias

from limen.clock import SECOND, Instant, Milliseconds
from limen.enforcement.decision_point import DecisionPoint
from limen.identity.membership import Membership
from limen.pillar import AccessSurfaces, Core
from limen.probes.model import CouldNotRunError, Try
from limen.probes.synthetic_person import Held, somebody
from limen.storage import Transaction

WITHIN: Final[Milliseconds] = SECOND
"""So soon after Limen knows of it nothing may open any more."""
SESSION: Final = "session of an app"
CONNECTION: Final = "open connection of an app"
SIGN_IN: Final = "sign-in session"
TOKEN: Final = "token of a program"  # noqa: S105 -- the name of a way in
WAYS: Final = (SESSION, CONNECTION, SIGN_IN)
"""What every run has to have tried. Where no policy lets a program in, there is no token to try."""
PATIENCE_SECONDS: Final = 10.0
AGAIN_SECONDS: Final = 0.3
"""Once all is refused it is tried once more after so long: what is refused has to stay so."""
ANSWER_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 0.005
_Opens: TypeAlias = Callable[[], bool]


async def run(core: Core) -> list[Try]:
    """Raises CouldNotRunError."""
    async with somebody(core, has_token=True) as held:
        ways = _ways(held)
        if not ways[SESSION]():
            raise CouldNotRunError(f"{held.app.name} did not let the probe in before it left")
        ways = {name: opens for name, opens in ways.items() if opens()}
        left_at, since = core.clock.monotonic(), core.clock.now()
        leaving = asyncio.create_task(_leave(core, held))
        try:
            closed = await _try_until_closed(core, ways, left_at)
        finally:
            await leaving
        await asyncio.sleep(AGAIN_SECONDS)
        tried = [_closed(name, closed.get(name), opens_again=opens()) for name, opens in ways.items()]
        return [*tried, *[one async for one in _asked(core, held, since)]]


async def _leave(core: Core, held: Held) -> None:
    """As an administrator does it."""

    def work(transaction: Transaction) -> None:
        Membership(transaction, core.clock.now(), by="").deactivate(held.person.id)

    await core.write(work)


def _ways(held: Held) -> Mapping[str, _Opens]:
    """What a person does to get in; each is whether it opens now."""
    doors = held.core.offers.take(DecisionPoint)
    begun = held.ask_with_cookie()

    def stays_open() -> bool:
        return begun.permitted and not doors.re_check(begun, "")[0]

    return {
        SESSION: lambda: held.ask_with_cookie().permitted,
        CONNECTION: stays_open,
        TOKEN: lambda: held.ask_with_token().permitted,
        SIGN_IN: lambda: held.ask_portal().permitted,
    }


async def _try_until_closed(core: Core, ways: Mapping[str, _Opens], since: float) -> dict[str, Milliseconds]:
    """How long after `since` each was seen refused, after the last time that it opened; without those that never were.

    The first look at which it is refused counts, so the figure is never shorter than what was true.
    """
    closed: dict[str, Milliseconds] = {}
    while core.clock.monotonic() - since < PATIENCE_SECONDS:
        for name, opens in ways.items():
            if opens():
                closed.pop(name, None)
            else:
                closed.setdefault(name, _since(core, since))
        if len(closed) == len(ways):
            break
        await asyncio.sleep(_PAUSE_SECONDS)
    return closed


def _since(core: Core, at: float) -> Milliseconds:
    return round((core.clock.monotonic() - at) * SECOND)


def _closed(name: str, took: Milliseconds | None, *, opens_again: bool) -> Try:
    if took is None:
        return Try(name, held=False, why=f"it still opened after {PATIENCE_SECONDS:.0f} seconds")
    if opens_again:
        return Try(name, held=False, took=took, why="it was refused, and opened again")
    return Try(name, held=took <= WITHIN, took=took, why="" if took <= WITHIN else f"it opened for {took} ms")


async def _asked(core: Core, held: Held, since: Instant) -> AsyncIterator[Try]:
    """What each surface says is left, where nothing can be tried from here."""
    for surface in core.offers.take(AccessSurfaces).all:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                standing = await surface.ask(held.person.id, since)
        except Exception as error:  # noqa: BLE001 -- whatever one surface does, the others are asked
            yield Try(surface.name, held=None, why=f"it could not be asked ({type(error).__name__})")
            continue
        if standing.open:
            yield Try(surface.name, held=False, why=f"{standing.open} of the probe's are open there")
        elif standing.away:
            yield Try(surface.name, held=None, why=f"{len(standing.away)} did not answer")
        else:
            yield Try(surface.name, held=True)
