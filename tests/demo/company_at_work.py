"""What tests of Harbor's own apps share."""

from __future__ import annotations

import asyncio
import time

from limen.demo.app_sessions import AppSession


async def is_over_within(session: AppSession, seconds: float = 5.0) -> None:
    """Wait until the app holds this session for over; fails where it does not within this time."""
    until = time.monotonic() + seconds
    while not session.ended_at:
        assert time.monotonic() < until, "the app was not told"
        await asyncio.sleep(0.02)
