"""A command on somebody's own computer that waits for what a page says, at a port of loopback.

Whoever sends somebody the address of such a page gets nothing for it: what comes of it goes to their own computer, and
to who knows the state there. No port below 1024, and no other host, can be written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

_STATE: Final = re.compile(r"[A-Za-z0-9_-]{20,64}")
_PORT: Final = re.compile(r"[1-9][0-9]{3,4}")


@dataclass(frozen=True, slots=True)
class WaitingProgram:
    """Where it waits, and the secret of its one question."""

    port: str
    state: str

    def url(self, **told: str | int) -> str:
        """Where a page of ours goes on to, so that the command is told: a form's answer may not lead off this host."""
        return f"http://127.0.0.1:{self.port}/?{urlencode({'state': self.state, **told})}"

    @property
    def fields(self) -> dict[str, str]:
        return {"port": self.port, "state": self.state}


def waiting_at(port: str, state: str) -> WaitingProgram | None:
    """None where nobody waits, or the address is not as a command of Limen's writes it."""
    if not _PORT.fullmatch(port) or not 1024 <= int(port) <= 65_535 or not _STATE.fullmatch(state):
        return None
    return WaitingProgram(port, state)
