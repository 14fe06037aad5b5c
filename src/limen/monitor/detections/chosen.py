"""What the server tells the process that watches of rules; Limen's own are not told, it has them."""

from __future__ import annotations

from typing import Final

import msgspec

RULES: Final = "rules"
"""The detector that goes by rules, and the kind of what is said of them."""


class Chosen(msgspec.Struct, frozen=True):
    """What a company has in force beside Limen's rules: its own, by the names of their files; folders; what is off.

    `off` are ids or names of rules, Limen's or a folder's. `folders` are paths on the machine that Limen runs on, and
    `state` is another text whenever a file in one of them is.
    """

    texts: dict[str, str] = {}
    folders: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    state: str = ""
