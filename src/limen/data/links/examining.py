"""Whether links of cloud drives are seen and can be taken away: what `limen doctor` says of them."""

from __future__ import annotations

import asyncio
from typing import Final

from limen.clock import MINUTE, Instant, to_iso
from limen.data.links.last_looks import LastLook, read
from limen.finding import Finding, State
from limen.pillar.part import Installation

NAME: Final = "links"
LATE: Final = 20 * MINUTE
"""So long after the last look that came to its end something is in its way."""


async def examine(installation: Installation, now: Instant) -> list[Finding]:
    """It reads what the server wrote, and asks no vendor."""
    folder = installation.root / installation.settings.storage.data
    looks = await asyncio.to_thread(read, folder)
    if not looks:
        what = "no cloud drive is stated of which a rule says `link`, or Limen has not run since"
        return [Finding(NAME, State.SKIPPED, what, where="data.yaml")]
    return [_found(one, now) for one in looks]


def _found(look: LastLook, now: Instant) -> Finding:
    name = look.store
    if look.error:
        fix = "`limen data links` says how it goes; `limen data connect` stores a secret"
        return Finding(NAME, State.WRONG, f"links of {name} are not looked for: {look.error}", fix, name)
    if look.needs:
        what = f"links of {name} that may not stand can't be removed: Limen may only read"
        return Finding(NAME, State.WRONG, what, f"grant it {look.needs}", name)
    if now - look.looked_at > LATE:
        when = to_iso(look.looked_at) if look.looked_at else "never"
        what = f"all links of {name} were seen last: {when}"
        return Finding(NAME, State.WARNING, what, "see whether Limen runs: a large drive takes longer at first", name)
    return Finding(NAME, State.OK, f"links of {name} are looked for each minute", where=name)
