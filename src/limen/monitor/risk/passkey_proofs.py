"""A passkey that somebody uses on the device that a finding names: what that explains counts for less from then on.

Only on that device: a passkey on the laptop in the office says nothing about a session in another country. Whether a
passkey explains what a rule finds is a property of the rule.
"""

from __future__ import annotations

from limen.facts import Session
from limen.facts.tables import Subject
from limen.monitor.alerts import findings
from limen.monitor.risk.projection import CHANGE, key_of
from limen.pillar import Core
from limen.storage import Transaction

PHISHING_RESISTANT: int = 3
MOST_NEWS: int = 1_000
"""Of how many sessions the change is remembered until the next look; the next proof is seen again."""


class Proofs:
    """Watches what is known of sessions, and looks at what has changed when `look` is called."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._changed: dict[str, None] = {}
        self._stop = core.known.watch(self._told)

    def close(self) -> None:
        self._stop()

    def _told(self, subject: Subject) -> None:
        if subject[0] == "session" and len(self._changed) < MOST_NEWS:
            self._changed[subject[1]] = None

    async def look(self) -> None:
        """Let the proofs that were given since the last look explain what they can."""
        changed, self._changed = self._changed, {}
        known = self._core.known
        proved = [session for each in changed if (session := known.sessions.get(each)) and self._counts(session)]
        if not proved:
            return
        now = self._core.clock.now()

        def work(transaction: Transaction) -> None:
            for one in proved:
                explained = findings.explain(transaction.connection, one, now)
                for subject in explained:
                    transaction.changed(CHANGE, key_of(subject))

        await self._core.write(work)

    def _counts(self, session: Session) -> bool:
        """A passkey used in a sign-in on a device that Limen knows, and that the session is bound to."""
        device = self._core.known.devices.get(session.device_id)
        is_strong = session.auth.strength >= PHISHING_RESISTANT and not session.auth.by_token
        return is_strong and device is not None and bool(session.binding) and not session.parent
