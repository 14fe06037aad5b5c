"""What is left of somebody in groups of directories: until a directory has said that they are out, they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.access.membership import store
from limen.access.membership.store import NOTHING_DONE
from limen.pillar import AccessSurface, Standing

if TYPE_CHECKING:
    from limen.clock import Instant
    from limen.pillar import Core


def group_memberships(core: Core) -> AccessSurface:
    async def ask(person_id: str, _since: Instant) -> Standing:
        every = await core.database.reading(lambda snapshot: store.memberships(snapshot.connection))
        mine = [one for one in every if one.person == person_id and one.state not in NOTHING_DONE]
        failing = sorted({one.directory for one in mine if one.failures})
        return Standing(open=sum(not one.failures for one in mine), away=tuple(failing))

    return AccessSurface("groups_of_directories", "Memberships in groups of directories, by grants", ask)
