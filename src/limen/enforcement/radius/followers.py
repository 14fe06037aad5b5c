"""OpenVPN servers that follow Limen: each asks over https what it has to end, and says what it has ended.

The question waits until there is something, so an end reaches the server at once, and no port is open there. It is told
until the server has said that the session is over: an answer may be lost.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final, TypeAlias

from limen.enforcement.radius.disconnect import NotDisconnectedError
from limen.enforcement.radius.store import RadiusSession

WAITS_SECONDS: Final = 25.0
"""How long a server's question is left unanswered while there is nothing to end."""
ENDS_SECONDS: Final = 6.0
"""How long a server has to say that it ended a session, before that counts as silence."""
MOST_SESSIONS: Final = 5_000
"""Sessions that one server may say it has, or that are over."""
_Server: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Has:
    """What a server says: the ids of the sessions that it has, and of those that are over since it asked last."""

    open: frozenset[str] = frozenset()
    over: frozenset[str] = frozenset()


class Followers:
    """What each server has to end, by its client and name. Used on the event loop alone."""

    def __init__(self) -> None:
        self._ending: dict[_Server, dict[str, asyncio.Future[None]]] = {}
        self._turn: dict[_Server, asyncio.Event] = {}

    async def end(self, one: RadiusSession) -> None:
        """Return when the server has said that the session is over. Raises NotDisconnectedError."""
        server = (one.client, one.nas)
        ending = self._ending.setdefault(server, {})
        said = ending.setdefault(one.id, asyncio.get_running_loop().create_future())
        self._answer(server)
        done, _ = await asyncio.wait({said}, timeout=ENDS_SECONDS)
        if not done:
            raise NotDisconnectedError("silent")

    def acknowledge(self, client: str, name: str, session_id: str) -> None:
        """A server says that this session of its own is over."""
        said = self._ending.get((client, name), {}).pop(session_id, None)
        if said is not None and not said.done():
            said.set_result(None)

    async def next(self, client: str, name: str) -> list[str]:
        """The ids of what this server has to end, as soon as there is something; none where there was nothing for long,
        or it has asked again meanwhile.
        """
        server = (client, name)
        self._answer(server)
        if not self._ending.get(server):
            turn = self._turn[server] = asyncio.Event()
            try:
                async with asyncio.timeout(WAITS_SECONDS):
                    await turn.wait()
            except TimeoutError:
                pass
            finally:
                if self._turn.get(server) is turn:
                    del self._turn[server]
        return sorted(self._ending.get(server, ()))

    def forget(self, one: RadiusSession) -> None:
        """Its own end has come: the server has ended it by then, and OpenVPN as well."""
        self.acknowledge(one.client, one.nas, one.id)

    def _answer(self, server: _Server) -> None:
        turn = self._turn.pop(server, None)
        if turn is not None:
            turn.set()
