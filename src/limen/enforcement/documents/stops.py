"""What was stopped, for as long as the person may say why it may pass, and the passes that they get for it.

A pass is good once, for ten minutes, for the same session, app, method, target and documents (by their digests). It is
kept in memory: a restart forgets it, and the document is stopped again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from limen.clock import MINUTE, Clock, Instant
from limen.opaque import new_token
from limen.pillar.data_checks import RuleWords

GOOD_FOR: Final = 10 * MINUTE
MOST: Final = 5_000
MOST_OF_A_SESSION: Final = 20
"""Beyond it the oldest of that session is forgotten; those of others stay."""


@dataclass(frozen=True, slots=True)
class About:
    """The request that something passes by. `back` is the page on the app's host that it was sent from, "" unknown.

    `by_token`: a program sent it, which nobody can ask why it may pass.
    """

    session: str
    person: str
    app: str
    method: str
    target: str
    back: str = ""
    by_token: bool = False


@dataclass(frozen=True, slots=True)
class StoppedDocument:
    """One document that was stopped, as it is told to the person: never what was found itself."""

    name: str
    field: str
    kinds: tuple[str, ...]
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stopped:
    """What was stopped, by which rules (ids, and what people read of them). `digests`: of the documents a pass is for,
    each with the event that tells of it; `event` is the one about the strictest. `why`: what
    the person said, "" so far.
    """

    id: str
    about: About
    is_upload: bool
    documents: tuple[StoppedDocument, ...]
    rules: tuple[str, ...]
    words: tuple[RuleWords, ...]
    digests: Mapping[bytes, str]
    may_justify: bool
    event: str
    until: Instant
    why: str = ""


class Stops:
    """What was stopped lately. Used on the event loop alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: OrderedDict[str, Stopped] = OrderedDict()
        self._of_session: dict[str, OrderedDict[str, None]] = {}

    def keep(
        self,
        about: About,
        documents: Iterable[StoppedDocument],
        digests: Mapping[bytes, str],
        rules: tuple[str, ...],
        *,
        words: tuple[RuleWords, ...] = (),
        is_upload: bool,
        may_justify: bool,
        event: str,
    ) -> Stopped:
        """Remember what was stopped, under a new id."""
        stopped = Stopped(
            id=new_token(),
            about=about,
            is_upload=is_upload,
            documents=tuple(documents),
            rules=rules,
            words=words,
            digests=dict(digests),
            may_justify=may_justify and bool(about.session) and not about.by_token,
            event=event,
            until=self._clock.now() + GOOD_FOR,
        )
        self._make_room(about.session)
        self._held[stopped.id] = stopped
        self._of_session.setdefault(about.session, OrderedDict())[stopped.id] = None
        return stopped

    def find(self, stop_id: str, session: str) -> Stopped | None:
        """What was stopped under this id in this session; None where it was not, or is forgotten."""
        found = self._held.get(stop_id)
        if found is None or not session or found.about.session != session:
            return None
        if self._clock.now() >= found.until:
            self._forget(stop_id)
            return None
        return found

    def justify(self, stopped: Stopped, why: str) -> Stopped:
        """Give the pass: what was stopped may be sent again. From now on it is good for its time. It is given once."""
        if stopped.why:
            return stopped
        given = replace(stopped, why=why, until=self._clock.now() + GOOD_FOR)
        if stopped.id in self._held:
            self._held[stopped.id] = given
        return given

    def take(self, about: About, digests: frozenset[bytes]) -> str:
        """Why these documents may pass by this request, by a pass that is spent with it; "" where there is none."""
        for stop_id in list(self._of_session.get(about.session, ())):
            one = self.find(stop_id, about.session)
            if one is None or not one.why:
                continue
            is_the_same = (one.about.app, one.about.method, one.about.target) == (about.app, about.method, about.target)
            if is_the_same and digests and digests <= one.digests.keys():
                self._forget(stop_id)
                return one.why
        return ""

    def _make_room(self, session: str) -> None:
        own = self._of_session.get(session, ())
        if len(own) >= MOST_OF_A_SESSION:
            self._forget(next(iter(own)))
        while len(self._held) >= MOST:
            self._forget(next(iter(self._held)))

    def _forget(self, stop_id: str) -> None:
        gone = self._held.pop(stop_id, None)
        if gone is None:
            return
        own = self._of_session[gone.about.session]
        del own[stop_id]
        if not own:
            del self._of_session[gone.about.session]
