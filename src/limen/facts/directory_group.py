"""A group of a directory or a cloud, as an app: whoever has a grant is a member for as long as it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GROUP_ACTIONS: Final = ("elevate",)
"""What can be asked of such a group: to be in it."""


@dataclass(frozen=True, slots=True)
class DirectoryGroup:
    """`directory` is the name of the connection to it, `group` what the group is called there: a distinguished name, or
    an id. `standing` are members that are in it for good, as they are called there. Whoever else is in it without a
    grant raises an alarm, and is removed where it is `exclusive`.
    """

    directory: str
    group: str
    standing: tuple[str, ...] = ()
    exclusive: bool = False
