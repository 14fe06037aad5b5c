"""Telling apps of sign-outs, at once and until they hear it. What an app is told, its protocol says."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from limen.clock import SECOND, Instant
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.facts import App, SessionState
from limen.pillar import Core
from limen.sso import sign_ins
from limen.sso.sign_ins import AppSignIn
from limen.sso.tries import PAUSES
from limen.storage import Snapshot, Transaction

if TYPE_CHECKING:
    import aiohttp
    from aiohttp.abc import AbstractResolver
    from sqlalchemy import Connection

AT_ONE_APP: Final = 5
"""How many sign-outs an app is told of at once."""
ANSWER_SECONDS: Final = 5.0
LONGEST_ANSWER: Final = 64 * 1024

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notice:
    """What is posted to an app when a sign-in has ended. `is_heard` tells it by the status and body of the answer."""

    uri: str
    media_type: str
    body: bytes
    is_heard: Callable[[int, bytes], bool] = lambda status, _body: status in {200, 204}


NoticeOf = Callable[[AppSignIn, App], Notice | None]
"""What this app is told by one protocol, None where it is told nothing by that."""


class Logouts:
    """Ends the sign-ins of sessions that ended, and tells their apps."""

    def __init__(
        self,
        core: Core,
        notices: Sequence[NoticeOf],
        resolver: Callable[[], AbstractResolver],
        unredeemed: Callable[[Connection], Collection[str]],
    ) -> None:
        self._core = core
        self._unredeemed = unredeemed
        self._resolver = resolver
        self._notices = notices
        self._client: aiohttp.ClientSession | None = None
        self._has_changed = True
        self._due_at = 0
        self._telling: dict[str, asyncio.Task[None]] = {}
        self._stop = core.known.watch(self._told)

    async def work(self) -> None:
        """One turn: cheap while no session has changed and nothing is due."""
        now = self._core.clock.now()
        if not self._has_changed and now < self._due_at:
            return
        self._has_changed, self._due_at = False, now + 10 * SECOND
        held = await self._core.database.reading(lambda snapshot: sign_ins.open_sign_ins(snapshot.connection))
        over = [sign_in.id for sign_in in held if not self._is_live(sign_in, now)]
        if over:
            await self._core.database.writing(lambda transaction: sign_ins.end(transaction.connection, over, now))
        due = await self._core.database.reading(
            lambda snapshot: sign_ins.due_logouts(snapshot.connection, now, AT_ONE_APP)
        )
        if due:
            self._begin_to_tell(due)
            self._due_at = now + SECOND

    async def sign_ins_at(self, app_id: str) -> list[AppSignIn]:
        """Who is signed in at this app now, the newest first."""
        return await self._now(app=app_id)

    async def sign_ins_of(self, person_id: str) -> list[AppSignIn]:
        """Where this person is signed in now, the newest first."""
        return await self._now(person_id=person_id)

    async def ended_sign_ins_of(self, person_id: str) -> list[AppSignIn]:
        """Where this person's sign-ins have ended lately, the newest first."""
        return await self._core.database.reading(lambda s: sign_ins.ended_sign_ins(s.connection, person_id))

    async def _now(self, person_id: str = "", app: str = "") -> list[AppSignIn]:
        """Those that last: an app has heard of them, and their session is live."""

        def read(snapshot: Snapshot) -> list[AppSignIn]:
            unheard = self._unredeemed(snapshot.connection)
            held = sign_ins.open_sign_ins(snapshot.connection, person_id, app)
            return [one for one in held[::-1] if one.id not in unheard]

        held, now = await self._core.database.reading(read), self._core.clock.now()
        return [one for one in held if self._is_live(one, now)]

    async def end_sign_in(self, sign_in_id: str, app: str = "", by: str = "", of: str = "", why: str = "") -> str:
        """End one sign-in, of this app and this person where they are named, and return the sign-in session that it
        belonged to; "" where there is no such sign-in. Where somebody ends it here, `by` is who and `why` what they
        say: that is journaled.
        """
        now = self._core.clock.now()

        def work(transaction: Transaction) -> str:
            sign_in = sign_ins.sign_in_of(transaction.connection, sign_in_id)
            if sign_in is None or (app and sign_in.app != app) or (of and sign_in.person_id != of):
                return ""
            is_ended = bool(sign_ins.end(transaction.connection, [sign_in_id], now))
            if by and is_ended:
                details: dict[str, str | int | bool] = {"app": sign_in.app, **({"why": why} if why else {})}
                kind, who, session = "sso.sign_in_ended", sign_in.person_id, sign_in.session_id
                transaction.say(Event(at=now, kind=kind, actor=by, subject=who, session=session, details=details))
            return sign_in.session_id

        self._has_changed = True
        return await self._core.database.writing(work)

    async def close(self) -> None:
        self._stop()
        for telling in self._telling.values():
            telling.cancel()
        await asyncio.gather(*self._telling.values(), return_exceptions=True)
        if self._client is not None:
            await self._client.close()

    def _told(self, _subject: Any) -> None:
        self._has_changed = True

    def _is_live(self, sign_in: AppSignIn, now: Instant) -> bool:
        known = self._core.known
        return known.session_state(known.sessions.get(sign_in.session_id), "", now) is SessionState.LIVE

    def _begin_to_tell(self, due: Iterable[tuple[AppSignIn, int]]) -> None:
        """Tell each app that is not being told already. Nobody waits for an answer: a dead app delays no other."""
        by_app: dict[str, list[tuple[AppSignIn, int]]] = {}
        for sign_in, tries in due:
            by_app.setdefault(sign_in.app, []).append((sign_in, tries))
        for app, its in by_app.items():
            if app not in self._telling:
                self._telling[app] = asyncio.create_task(self._tell_all(app, its), name=f"tell {app} of sign-outs")

    async def _tell_all(self, app: str, due: Iterable[tuple[AppSignIn, int]]) -> None:
        try:
            await asyncio.gather(*(self._tell(sign_in, tries) for sign_in, tries in due))
        except Exception:  # noqa: BLE001 -- whatever went wrong, they are still due
            _log.exception("%s could not be told of a sign-out", app)
        finally:
            del self._telling[app]

    async def _tell(self, sign_in: AppSignIn, tries: int) -> None:
        app = self._core.known.apps.get(sign_in.app)
        found = (one(sign_in, app) for one in self._notices) if app is not None else ()
        notice = next((one for one in found if one is not None), None)
        if notice is None:
            await self._core.database.writing(lambda transaction: sign_ins.told(transaction.connection, sign_in.id))
            return
        is_heard = await self._post(notice)
        if is_heard or tries >= len(PAUSES):
            self._say(sign_in, is_heard=is_heard, tries=tries + 1)
            over = sign_ins.told if is_heard else partial(sign_ins.never_heard, tries=tries + 1)
            await self._core.database.writing(lambda transaction: over(transaction.connection, sign_in.id))
            return
        again = self._core.clock.now() + PAUSES[tries]
        await self._core.database.writing(
            lambda transaction: sign_ins.tell_again(transaction.connection, sign_in.id, again, tries + 1)
        )

    async def _post(self, notice: Notice) -> bool:
        import aiohttp  # noqa: PLC0415 -- heavy, and only who signs out at an app needs it

        if self._client is None:
            self._client = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=self._resolver(), use_dns_cache=False),
                timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        try:
            fields = {"content-type": notice.media_type}
            sent = self._client.post(notice.uri, data=notice.body, headers=fields, allow_redirects=False)
            async with sent as response:
                return notice.is_heard(response.status, await response.content.read(LONGEST_ANSWER))
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, LimenError):
            return False  # one address that can't be called, or must not be, holds up no other

    def _say(self, sign_in: AppSignIn, *, is_heard: bool, tries: int) -> None:
        details: dict[str, str | int | bool] = {"app": sign_in.app, "tries": tries}
        outcome = Outcome.SUCCESS if is_heard else Outcome.FAILURE
        at = self._core.clock.now()
        event = Event(at=at, kind="sso.sign_out_told", outcome=outcome, subject=sign_in.person_id, details=details)
        self._core.journal.record(event)
