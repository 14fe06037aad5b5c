"""The host that asks browsers for a device's certificate: it sends them back to the sign-in host with a code for it.

So a session can be bound by a certificate where no page may reach the agent. The code is good once, for the session
alone whose name the browser brought, and for half a minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from re import compile as pattern
from typing import Final
from urllib.parse import parse_qs, urlencode

from limen.browser_state import BrowserStates
from limen.clock import Clock
from limen.enforcement import answers
from limen.ties import CERTIFIED, Ties

PATH: Final = b"/.limen/device"
CODE_SECONDS: Final = 30
LONGEST_QUERY: Final = 4_096
_SESSION: Final = pattern(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class CertifiedBrowsers:
    """Answers `/.limen/device?session=NAME&app=ID&to=PATH` there. `NAME` names a session, and opens nothing."""

    states: BrowserStates
    ties: Ties
    clock: Clock
    public_url: str

    async def answer(self, query: bytes, certificate: bytes) -> answers.Reply:
        """Back to the sign-in host, with a code where this connection has a certificate that counts."""
        asked = (
            parse_qs(query[:LONGEST_QUERY].decode("latin-1"), max_num_fields=8) if len(query) <= LONGEST_QUERY else {}
        )
        session, app, to = (asked.get(name, [""])[0] for name in ("session", "app", "to"))
        held = self.ties.certified(certificate, self.clock.now())
        code = ""
        if held is not None and _SESSION.fullmatch(session):
            stands_for = {"device": held.device_id, "app": app[:128], "to": to[:2_048]}
            code = await self.states.issue(CERTIFIED, session.encode(), stands_for, CODE_SECONDS)
        return answers.go_on(f"{self.public_url}/devices/prove/certificate?{urlencode({'code': code})}")
