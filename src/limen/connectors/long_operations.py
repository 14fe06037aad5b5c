"""What a vendor begins when it is asked, and ends later: it is looked at until it has ended, and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from limen.connectors.vendor_client import VendorClient, VendorError

LONGEST_SECONDS: Final = 180.0
_FIRST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 5.0
_MOST_LOOKS: Final = 60


async def ended(client: VendorClient, has_ended: Callable[[], Awaitable[bool]]) -> None:
    """`has_ended` looks, and raises VendorError where it went wrong. Raises VendorError where it takes too long."""
    pause = _FIRST_PAUSE_SECONDS
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            for _ in range(_MOST_LOOKS):
                if await has_ended():
                    return
                await client.pause(pause)
                pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
    except TimeoutError:
        pass
    raise VendorError("unfinished")
