"""A group of a directory or a cloud, as an app: whoever has a grant is a member for as long as it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GROUP_ACTIONS: Final = ("elevate",)
"""What can be asked of such a group: to be in it."""


@dataclass(frozen=True, slots=True)
class DirectoryGroup:
    """`directory` is the name of the connection to it, `group` what the group is called there: a distinguished name, or
    an id.
    """

    directory: str
    group: str
