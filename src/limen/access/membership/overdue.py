"""What outlasts its grant: memberships that nothing but Limen ends, while Limen is down.

A directory is believed to end them by itself once it has said so of one, and not before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from limen.access.membership.store import Membership, State
from limen.clock import SECOND, Instant, Milliseconds
from limen.facts.directory_group import DirectoryGroup

LATE: Final[Milliseconds] = 30 * SECOND
"""What ends within so long has ended on time, as far as a directory that is asked can."""
_IN: Final = frozenset({State.ADDING, State.MEMBER, State.REMOVING})


def ends_by_itself(group: DirectoryGroup, members: Iterable[Membership]) -> bool:
    """Whether the directory has ended memberships of this group by itself, as the newest that is known of tells."""
    told = [
        one for one in members if (one.directory, one.group, one.state) == (group.directory, group.group, State.MEMBER)
    ]
    return bool(told) and max(told, key=lambda one: one.since).ends_there


def overstayed(one: Membership, over: Instant, now: Instant) -> Milliseconds:
    """For how long somebody may have been in the group past the end of their grant, which was at `over`; 0: they were
    not, or no longer than it takes.
    """
    beyond = now - over
    return beyond if beyond >= LATE and one.state in _IN and not one.ends_there else 0
