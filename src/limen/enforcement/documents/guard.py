"""What the gateway asks about uploads, downloads and messages of apps for which somebody asks: may they pass?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import unquote

from limen.clock import Clock
from limen.enforcement.decision_point import Answer
from limen.enforcement.documents.looking import Held, Looked, Looking
from limen.enforcement.documents.pieces import OVERLAP, Pieces, ResumedUploads, is_a_piece
from limen.enforcement.documents.stops import About, Stopped, StoppedDocument, Stops
from limen.enforcement.headers import Fields, first
from limen.facts import App, Document
from limen.facts.passing import Channel, Passing, Step
from limen.http_bodies.codings import acceptable
from limen.http_bodies.forms import filename_in
from limen.http_bodies.spool import Budget, NoRoomError, Spool
from limen.pillar.data_checks import DataChecks

MOST_TOLD: Final = 20
"""So many documents of a body are named to the person, and so many places in each."""
_ENDLESS: Final = frozenset({b"text/event-stream", b"multipart/x-mixed-replace", b"application/x-ndjson"})
_RANGES: Final = frozenset({b"range", b"if-range"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a body may pass: its bytes as they came, or what was stopped. `close` what held it when it has passed.

    `document` is the most sensitive of what it holds, where anything in it has a label.
    """

    body: AsyncIterator[bytes] | None
    stopped: Stopped | None
    spool: Spool
    document: Document | None = None

    def close(self) -> None:
        self.spool.close()


class DocumentGuard:
    """Looks into what passes the gateway. `key` keys the digests by which documents are known again."""

    def __init__(
        self, checks: DataChecks, clock: Clock, key: bytes, budget: Budget | None = None, looking: Looking | None = None
    ) -> None:
        self._checks = checks
        self.looking = looking or Looking(checks, key)
        self.budget = budget or Budget()
        self.stops = Stops(clock)
        self._resumed = ResumedUploads(clock)

    def asked(self, channel: Channel, answer: Answer, app: App, name: str = "") -> Passing | None:
        """What passes, where a rule could apply to it; None where nobody asks, and nothing is to be looked into."""
        facts = answer.facts
        device = facts.device if facts is not None else None
        is_healthy = device is not None and device.known and device.managed and device.compliance == "compliant"
        passing = Passing(
            channel=channel,
            person=answer.session.person_id if answer.session is not None else "",
            app=app.id,
            name=name,
            label=app.label,
            has_healthy_device=is_healthy,
        )
        return passing if self._checks.asks(passing) else None

    async def upload(self, passing: Passing, about: About, body: AsyncIterator[bytes], fields: Fields) -> Verdict:
        """Look into a request's body. Raises what reading it raises, and NoRoomError."""
        key = (about.session, about.app, about.target)
        is_piece = is_a_piece(fields) and bool(about.session)
        before = self._resumed.before(key) if is_piece else b""
        verdict, looked = await self._body(passing, about, body, fields, before)
        if is_piece and looked:
            self._resumed.sent(key, (before + b"".join(verdict.spool.read()))[-OVERLAP:])
        return verdict

    async def download(self, passing: Passing, about: About, body: AsyncIterator[bytes], fields: Fields) -> Verdict:
        """Look into a response's body. `fields` are those of the response, in lower case."""
        name = filename_in(first(fields, b"content-disposition"))
        verdict, _ = await self._body(replace(passing, name=name or passing.name), about, body, fields, b"")
        return verdict

    def pieces(self, passing: Passing) -> Pieces:
        """What looks at what goes one way through a connection, piece by piece."""
        return Pieces(self.looking, passing)

    async def piece_may_pass(self, pieces: Pieces, about: About, piece: bytes) -> bool:
        """Look at a piece; noted where a rule says so. Nobody can be asked why it may pass: a warning stops it too."""
        looked = await pieces.look(piece)
        passed = looked.judged.step < Step.WARN
        await self._note([looked], passed=passed)
        if not passed:
            self._keep(about, [looked], "", may_justify=False)
        return passed

    async def is_not_sensitive(self, stopped: Stopped) -> None:
        """Somebody says of what was stopped that it is not sensitive: it passes from now on, until that ends."""
        if self._checks.dialogue is not None:
            about = stopped.about
            await self._checks.dialogue.not_sensitive(about.person, about.app, stopped.digests, stopped.event)

    async def _body(
        self, passing: Passing, about: About, body: AsyncIterator[bytes], fields: Fields, before: bytes
    ) -> tuple[Verdict, list[Looked]]:
        spool = Spool(self.budget, about.person or about.app)
        held = Held(body, spool, before)
        content_type, coding = first(fields, b"content-type"), first(fields, b"content-encoding")
        try:
            looked = await self.looking.body(passing, held, content_type, coding)
            if any(one.judged.step >= Step.WARN for one in looked):
                looked = await self.looking.identified(looked, held, content_type, coding)
            stopped = await self._stopped(about, looked)
        except BaseException:
            spool.close()
            raise
        if stopped is None:
            return Verdict(held.all_of_it(), None, spool, _most_sensitive(looked)), looked
        with suppress(NoRoomError, OSError):  # a browser shows no answer to what it is still sending
            async for _ in held.unread():
                pass
        return Verdict(None, stopped, spool), looked

    async def _stopped(self, about: About, looked: list[Looked]) -> Stopped | None:
        """What is to be told where the body may not pass; None where it may. What rules watch is noted."""
        due = [one for one in looked if one.judged.step >= Step.WARN]
        if not due:
            await self._note(looked, passed=True)
            return None
        may_justify = all(one.judged.step is Step.WARN and one.judged.may_justify and one.digest for one in due)
        if may_justify:
            unsaid = [one for one in due if not self._is_excepted(one)]
            said = self.stops.take(about, frozenset(one.digest for one in unsaid)) if unsaid else ""
            if said or not unsaid:
                event = await self._note(looked, passed=True, why=JUSTIFIED if said else NOT_SENSITIVE)
                if said and self._checks.dialogue is not None:
                    await self._checks.dialogue.justified(event, about.person, said)
                return None
        event = await self._note(looked, passed=False)
        return self._keep(about, due, event, may_justify=may_justify)

    def _is_excepted(self, one: Looked) -> bool:
        dialogue, passing = self._checks.dialogue, one.passing
        return dialogue is not None and dialogue.is_excepted(passing.person, passing.app, one.digest)

    async def _note(self, looked: Sequence[Looked], *, passed: bool, why: str = "") -> str:
        """Have what rules saw journaled; the id of the event about the strictest."""
        event = ""
        for one in sorted(looked, key=lambda each: each.judged.step):
            if one.judged.step >= Step.WATCH:
                said = why if one.judged.step >= Step.WARN else ""
                event = await self._checks.note(one.passing, one.inspected, one.judged, passed=passed, why=said)
        return event

    def _keep(self, about: About, due: list[Looked], event: str, *, may_justify: bool) -> Stopped:
        rules = tuple(dict.fromkeys(rule for one in due for rule in one.judged.rules))[:MOST_TOLD]
        return self.stops.keep(
            about,
            [_told(one) for one in due[:MOST_TOLD]],
            [one.digest for one in due],
            rules,
            words=tuple(words for one in rules if (words := self._checks.words(one)) is not None),
            is_upload=due[0].passing.channel is Channel.UPLOAD,
            may_justify=may_justify,
            event=event,
        )


JUSTIFIED: Final = "justified"
NOT_SENSITIVE: Final = "not-sensitive"
"""Why something passes that was to be stopped: somebody said why, or that it is not sensitive."""


def _most_sensitive(looked: Sequence[Looked]) -> Document | None:
    labelled = [(label, one.digest.hex()) for one in looked if (label := one.judged.in_force) is not None]
    label, digest = max(labelled, default=(None, ""))
    return None if label is None else Document(digest or "unread", label)


def _told(one: Looked) -> StoppedDocument:
    places = tuple(dict.fromkeys(place for place in one.inspected.where if place))[:MOST_TOLD]
    kinds = one.judged.kinds
    return StoppedDocument(one.passing.name, one.field, kinds, places)


def name_in(target: bytes) -> str:
    """What a request's target calls a file: the last segment of its path."""
    path = target.partition(b"?")[0].rpartition(b"/")[2]
    return unquote(path.decode("latin-1"), errors="replace")[:200]


def is_endless(content_type: bytes) -> bool:
    """Whether a response of this type is read as it comes, so that it can't be held to its end."""
    return content_type.partition(b";")[0].strip().lower() in _ENDLESS


def asked_whole(fields: Fields) -> Fields:
    """The request's fields where its response is looked into: the whole of it, in codings that can be undone.

    A part of a document could not be judged, and a server may always answer with all of it (RFC 9110 section 14.2).
    """
    return [
        (name, acceptable(value) if name == b"accept-encoding" else value)
        for name, value in fields
        if name not in _RANGES
    ]
