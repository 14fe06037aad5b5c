"""The key by which a sign-in's browser proves that it is the same (see `limen.ties`): kept, and what it changes."""

from __future__ import annotations

from limen.clock import Instant
from limen.facts.assembling import OVER
from limen.identity.ports import Ports
from limen.identity.sessions import bind_device
from limen.identity.store import sessions
from limen.storage.database import Transaction
from limen.ties import AT_THE_CHANGE, BY_AGENT, BY_BROWSER, BY_BROWSER_KEY


class BrowserKeys:
    """Keeps the keys of browsers, one for each session, and keeps sign-ins on their devices for what they prove."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def keep(self, session_id: str, jwk: str) -> bool:
        """Have a live session count only with a tie of its browser, whose key this is; False where it can't be.

        What a sign-in has opened at apps by then counts only with a tie as well, and gets none by itself: nobody knows
        which browser has it.
        """
        now = self._ports.now()

        def work(transaction: Transaction) -> bool:
            connection, tied_from = transaction.connection, now + AT_THE_CHANGE
            if not sessions.keep_browser_key(connection, session_id, jwk, tied_from):
                return False
            for changed in (session_id, *sessions.tie_children(connection, session_id, tied_from, OVER)):
                transaction.changed("session", changed)
            _bind_more_firmly(transaction, session_id, now)
            return True

        return await self._ports.write(work)

    async def of(self, session_id: str) -> str:
        """The key of a session's browser, a JWK; "" where it has none."""
        return await self._ports.database.reading(lambda view: sessions.browser_key(view.connection, session_id))

    async def proved(self, session_id: str) -> None:
        """Have a sign-in stay on its device: the browser proved that it is the same. What a browser proves at an app
        keeps nobody there: its key may be that of a copy.
        """
        session, now = self._ports.known.sessions.get(session_id), self._ports.now()
        if session is None or session.parent:
            return
        if session.bound_until > now and session.bound_until - now < BY_AGENT - BY_BROWSER_KEY // 2:
            await self._ports.write(lambda transaction: _bind_more_firmly(transaction, session_id, now))


def _bind_more_firmly(transaction: Transaction, session_id: str, now: Instant) -> None:
    """Keep a sign-in on its device for another while, where it is on one at this moment."""
    found = sessions.by_id(transaction.connection, session_id)
    root = found[1] if found is not None else None
    if root is None or root.parent or not root.binding or root.bound_until <= now:
        return
    level = max(root.binding, BY_BROWSER) if root.tied_from else root.binding
    bind_device(transaction, root.id, root.device_id, level, max(root.bound_until, now + BY_AGENT))
