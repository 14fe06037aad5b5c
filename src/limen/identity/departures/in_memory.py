"""What is left of somebody in memory, by which every request is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.facts import SessionState
from limen.pillar import AccessSurface, Standing

if TYPE_CHECKING:
    from limen.clock import Instant
    from limen.identity.ports import Ports


def facts_in_memory(ports: Ports) -> AccessSurface:
    """Sessions and tokens that would still be taken, and grants that would still count."""

    async def ask(person_id: str, _since: Instant) -> Standing:
        known, now = ports.known, ports.now()
        held = known.issued_to(("person", person_id))
        live = sum(known.session_state(one, one.app, now) is SessionState.LIVE for one in held)
        grants = sum(grant.until > now for grant in known.grants.get(person_id, ()))
        return Standing(open=live + grants)

    return AccessSurface("in_memory", "Sessions, tokens and grants as requests are decided by them", ask)
