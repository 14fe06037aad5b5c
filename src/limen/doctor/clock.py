"""The clock: codes, passkeys and assertions live for seconds, so a clock off by a minute locks everyone out."""

from __future__ import annotations

from ipaddress import ip_address
from statistics import median
from typing import Final

from limen.clock import HOUR, MINUTE, SECOND, Instant, Milliseconds
from limen.doctor.in_thread import aside
from limen.doctor.setup import Setup
from limen.finding import Finding, State

NAME: Final = "clock"
TOLERATED: Final[Milliseconds] = 30 * SECOND
"""One step of an authenticator code (RFC 6238, section 5.2)."""
_KEEP: Final = "synchronise it with `timedatectl set-ntp true` or your own time server"


async def clock(setup: Setup) -> list[Finding]:
    """What the kernel says of its own clock, and what the Date of every app's answer says (RFC 9110, section 6.6.1).

    Apps on this machine have its own clock, so they prove nothing. Two others that agree, or one while nothing keeps
    this clock right, speak against this machine; else against the app.
    """
    is_kept = await aside(setup.outside.is_clock_kept)
    own = await aside(setup.outside.own_addresses)
    off = {
        app: _off(reached.reply.sent_at, reached.asked_at)
        for app, reached in (await setup.reached()).items()
        if reached.reply is not None and reached.reply.sent_at is not None and not _is_here(reached.address, own)
    }
    far = {app: by for app, by in off.items() if abs(by) > TOLERATED}
    agree = len(far) > 1 and len(far) * 2 > len(off) and max(far.values()) - min(far.values()) <= 2 * TOLERATED
    if far and (agree or (is_kept is False and len(far) == len(off))):
        by = median(far.values())
        what = (
            f"this machine's clock is {_how_far(by)} {'behind' if by > 0 else 'ahead'}, judging by the Date "
            f"header that {_apps(far)}"
        )
        return [Finding(NAME, State.WRONG, what, f"set the clock, and {_KEEP}")]
    findings = [
        Finding(
            NAME,
            State.WARNING,
            f"the clock of {app} is {_how_far(by)} {'ahead of' if by > 0 else 'behind'} this machine's",
            f"set whichever is wrong, and {_KEEP}",
            app,
        )
        for app, by in far.items()
    ]
    return [*findings, *_kept(is_kept=is_kept, agreeing=len(off) - len(far))]


def _is_here(address: str, own: frozenset[str]) -> bool:
    """Whether what answers at `address` has this machine's clock. All of 127.0.0.0/8 is this machine."""
    return address in own or (ip_address(address).is_loopback and "127.0.0.1" in own)


def _kept(*, is_kept: bool | None, agreeing: int) -> list[Finding]:
    agree = f"; {agreeing} {'app agrees' if agreeing == 1 else 'apps agree'} with it" if agreeing else ""
    if is_kept:
        return [Finding(NAME, State.OK, f"the kernel reports that its clock is synchronised{agree}")]
    if is_kept is None and not agreeing:
        return [
            Finding(
                NAME,
                State.SKIPPED,
                (
                    "the kernel doesn't report whether its clock is synchronised, and no other machine's time "
                    "was available"
                ),
            )
        ]
    if agreeing:
        return [Finding(NAME, State.OK, f"no clock synchronisation was found{agree}")]
    what = "this machine's clock isn't synchronised, so it will drift until codes and sign-ins are refused"
    return [Finding(NAME, State.WARNING, what, f"{_KEEP[0].upper()}{_KEEP[1:]}")]


def _off(sent_at: Instant | None, now: Instant) -> Milliseconds:
    """How far the other clock is ahead. A Date has whole seconds, so half of one is added."""
    return (sent_at or now) + SECOND // 2 - now


def _how_far(by: float) -> str:
    by = abs(by)
    if by >= 2 * HOUR:
        return f"{by / HOUR:.0f} hours"
    if by >= 2 * MINUTE:
        return f"{by / MINUTE:.0f} minutes"
    return f"{by / SECOND:.0f} seconds"


def _apps(far: dict[str, Milliseconds]) -> str:
    return f"{next(iter(far))} sends" if len(far) == 1 else f"{len(far)} apps send"
