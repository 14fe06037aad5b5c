"""What one run told a cloud, piece by piece, so that what somebody else changes meanwhile is seen, and left to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from limen.connectors.vendor_client import VendorError
from limen.errors import LimenError


@dataclass
class Meanwhile:
    """A piece is a group or a rule, by its name; how it is, is a value to compare with, None where it is not there."""

    _told: dict[str, list[Any]] = field(default_factory=dict)
    _theirs: set[str] = field(default_factory=set)

    def tells(self, name: str, wanted: Any) -> None:
        """Before it is told: a run may be broken off before there is an answer."""
        self._told.setdefault(name, []).append(wanted)

    def told(self, name: str, now: Any) -> None:
        """As it is read right afterwards: a cloud may write the same in another way."""
        self._told[name].append(now)

    def found_changed(self, name: str) -> None:
        """It was not as it was read, so that what was to be told was not."""
        del self._told[name][-1:]
        if not self._told[name]:
            del self._told[name]
        self._theirs.add(name)

    def refuse_changed(self, name: str, now: Any) -> None:
        """Raises VendorError where this run told it something, and now it is otherwise."""
        if name in self._told and now not in self._told[name]:
            self._theirs.add(name)
            raise VendorError("changed")

    def may_go_back(self, name: str, now: Any) -> bool:
        """In the run that told it: unless somebody else changed it. In a later one, which was asked for it: always."""
        if not self._told and not self._theirs:
            return True
        return name in self._told and now in self._told[name]

    def refuse_lost(self, names: list[str]) -> None:
        """Raises LimenError where some that this run told can't go back, as somebody else changed them since."""
        lost = sorted({one for one in names if one in self._told})
        if lost:
            said = ", ".join(lost[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
            raise LimenError(f"somebody else changed {said} in the meantime", "look at them there")
