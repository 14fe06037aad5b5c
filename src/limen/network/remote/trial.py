"""A change of a firewall on trial: it goes back by itself unless somebody confirms it in time.

Whoever makes the change stays until then. What the firewall had is in a file before the first call, so that it can be
put back although that was killed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from limen.errors import LimenError
from limen.network.model import Firewall
from limen.network.remote.gear import Gear, Progress, in_silence, put, put_back
from limen.network.remote.kept import CONFIRMED, TRIAL, UNDONE, Kept, keep, kept

TRIAL_SECONDS: Final = 60.0
_LOOKS_SECONDS: Final = 0.2


class NotPutBackError(LimenError):
    """A firewall is neither as it was nor as it was meant to be."""


async def tried(
    gear: Gear,
    firewall: Firewall,
    folder: Path,
    *,
    is_sure: bool,
    on_trial: Callable[[], None],
    seconds: float = TRIAL_SECONDS,
    progress: Progress = in_silence,
) -> bool:
    """Make the change and wait. True: it was confirmed, or `is_sure`; False: the firewall is as before.

    `on_trial` is called as soon as it is in force; `progress` is told of calls, and then of seconds. Raises LimenError,
    and then the firewall is as before; NotPutBackError: it is not.
    """
    _refuse_trial(firewall, kept(folder, firewall.name))
    before = dict(await gear.read())
    keep(folder, firewall.name, Kept(firewall.kind, firewall.reference, TRIAL, before))
    is_kept = False
    try:
        await put(gear, progress)
        if is_sure:
            decide(folder, firewall, CONFIRMED)
        on_trial()
        is_kept = await _becomes_confirmed(folder, firewall, seconds, progress)
    finally:
        if not is_kept:
            await asyncio.shield(_back(gear, firewall, folder, before, progress))
    return is_kept


def decide(folder: Path, firewall: Firewall, state: str) -> None:
    """Confirm a trial. Raises LimenError where there is none."""
    now = kept(folder, firewall.name)
    if now is None or now.state != TRIAL:
        raise LimenError(f"nothing is on trial at {firewall.name}", "`limen firewall apply` begins a trial")
    keep(folder, firewall.name, replace(now, state=state))


async def undone(gear: Gear, firewall: Firewall, folder: Path, progress: Progress = in_silence) -> None:
    """Put the firewall back as it was before its last change, which may have been confirmed. Raises LimenError."""
    now = kept(folder, firewall.name)
    if now is None or now.state == UNDONE:
        raise LimenError(
            f"no change of {firewall.name} is known that could be undone", "`limen network log` shows others"
        )
    if (now.kind, now.place) != (firewall.kind, firewall.reference):
        raise LimenError(f"{firewall.name} was another firewall then: {now.place}", "name that one in network.yaml")
    await _back(gear, firewall, folder, now.before, progress)


async def _becomes_confirmed(folder: Path, firewall: Firewall, seconds: float, progress: Progress) -> bool:
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while True:
        now = kept(folder, firewall.name)
        if now is None or now.state != TRIAL:
            return now is not None and now.state == CONFIRMED
        if loop.time() >= until:
            return False
        progress(seconds - max(0.0, until - loop.time()), seconds)
        await asyncio.sleep(_LOOKS_SECONDS)


async def _back(gear: Gear, firewall: Firewall, folder: Path, before: dict[str, object], progress: Progress) -> None:
    try:
        await put_back(gear, before, progress)
    except LimenError as error:
        fix = f"`limen firewall undo {firewall.name}` tries again; until then less or more may be open than was meant"
        raise NotPutBackError(f"{firewall.name} could not be put back as it was: {error}", fix) from None
    keep(folder, firewall.name, Kept(firewall.kind, firewall.reference, UNDONE, before))


def _refuse_trial(firewall: Firewall, now: Kept | None) -> None:
    if now is not None and now.state == TRIAL:
        raise LimenError(
            f"a change of {firewall.name} is on trial, or was broken off",
            f"`limen firewall confirm {firewall.name}`, or `limen firewall undo {firewall.name}`",
        )
