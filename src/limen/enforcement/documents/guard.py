"""What the gateway asks about uploads, downloads and messages of apps for which somebody asks: may they pass?"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, Protocol

from limen.enforcement.decision_point import Answer
from limen.enforcement.documents.behind import Behind, Doubled, Turn
from limen.enforcement.documents.edges import Edges, joints
from limen.enforcement.documents.heads import coding_of, said_by
from limen.enforcement.documents.looking import Held, Looked, Looking
from limen.enforcement.documents.pieces import Pieces, ResumedUploads, is_a_piece
from limen.enforcement.documents.stops import About, Stopped, StoppedDocument, Stops
from limen.enforcement.headers import Fields, first
from limen.facts import App, Document, Facts, Label
from limen.facts.passing import Channel, Passing, Step
from limen.http_bodies.forms import filename_in
from limen.http_bodies.spool import Budget, NoRoomError, Spool
from limen.pillar.data_checks import DataChecks
from limen.storage.errors import StorageError
from limen.storage.kept_briefly import KeptBriefly

MOST_TOLD: Final = 20
"""So many documents of a body are named to the person, and so many places in each."""
ADDRESS: Final = "address"

_log = logging.getLogger(__name__)


class _Closing(Protocol):
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a body may pass: its bytes as they came, or what was stopped. `close` it when it has passed.

    `document` is the most sensitive of what it holds, where anything in it has a label and was looked into before.
    """

    body: AsyncIterator[bytes] | None
    stopped: Stopped | None
    held_by: _Closing
    document: Document | None = None

    def close(self) -> None:
        self.held_by.close()


class DocumentGuard:
    """Looks into what passes the gateway. `key` keys the digests by which documents are known again."""

    def __init__(
        self,
        checks: DataChecks,
        kept: KeptBriefly,
        key: bytes,
        budget: Budget | None = None,
        looking: Looking | None = None,
        names_documents: Callable[[], bool] = lambda: False,
    ) -> None:
        """`names_documents`: whether any policy says something of documents, so that their labels have to be read."""
        self._names_documents = names_documents
        self._checks = checks
        self.looking = looking or Looking(checks, key)
        self.budget = budget or Budget()
        self.stops = Stops(kept, key)
        self.behind = Behind()
        self._resumed = ResumedUploads(kept, key)

    def asked(
        self, channel: Channel, answer: Answer, app: App, name: str = "", facts: Facts | None = None
    ) -> Passing | None:
        """What passes, where a rule or policy could be about it; None where nothing is to be looked into.

        `facts`: those of now, where the answer is older.
        """
        facts = answer.facts if facts is None else facts
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
        is_asked = self._checks.asks(passing) or (channel is Channel.DOWNLOAD and self._names_documents())
        return passing if is_asked else None

    def holds(self, passing: Passing) -> bool:
        """Whether anything may stop what passes so, and it is held for that: else it passes as it comes."""
        return passing.label is Label.RESTRICTED or self._checks.stops(passing)

    async def upload(
        self, passing: Passing, about: About, body: AsyncIterator[bytes] | None, fields: Fields
    ) -> Verdict:
        """Look into what a request sends: its body, where it has one, and what its address says behind the `?`. Raises
        what reading it raises, and NoRoomError.
        """
        is_piece = body is not None and is_a_piece(about.method, about.target, fields)
        edges: list[Edges] | None = [] if is_piece and _owner(about) else None
        source = body if body is not None else _nothing()
        if not self.holds(passing):
            return self._passes(passing, about, source, fields, edges, _nobody_cares)
        return await self._body(passing, about, source, fields, edges)

    async def download(
        self,
        passing: Passing,
        about: About,
        body: AsyncIterator[bytes],
        fields: Fields,
        decided: Callable[[Document], object] | None = None,
    ) -> Verdict:
        """Look into a response's body. `fields` are those of the response, in lower case.

        `decided`: no label that a document in it may have would refuse it; this decides about one that has passed.
        """
        name = filename_in(first(fields, b"content-disposition"))
        passing = replace(passing, name=name or passing.name)
        if decided is not None and not self.holds(passing):
            return self._passes(passing, about, body, fields, None, decided)
        return await self._body(passing, about, body, fields)

    def pieces(self) -> Pieces:
        """What looks at what goes one way through a connection, piece by piece."""
        return Pieces(self.looking)

    async def piece_may_pass(self, passing: Passing | None, pieces: Pieces, piece: bytes) -> bool:
        """Look at a piece; noted where a rule says so. Nobody can be asked why it may pass: a warning stops it too.

        `passing`: as it is asked for this piece; rules and devices are others by the next one.
        """
        if passing is None:
            pieces.passed(piece)
            return True
        looked = await pieces.look(passing, piece)
        passed = looked.judged.step < Step.WARN
        await self._note([looked], passed=passed)
        return passed

    async def is_not_sensitive(self, stopped: Stopped) -> bool:
        """Somebody says of what was stopped that it is not sensitive: it passes from now on, until that ends. False:
        somebody decided that it is.
        """
        if self._checks.dialogue is None:
            return True
        about = stopped.about
        return await self._checks.dialogue.not_sensitive(about.person, about.app, stopped.digests)

    async def _body(
        self,
        passing: Passing,
        about: About,
        body: AsyncIterator[bytes],
        fields: Fields,
        edges: list[Edges] | None = None,
    ) -> Verdict:
        spool = Spool(self.budget, about.person or about.app)
        held = Held(body, spool)
        try:
            looked = await self._looked(passing, about, held, fields, edges)
            stopped = await self._stopped(about, looked)
            if stopped is None and edges and not _may_pass(looked):  # somebody said why it passes: it is noted now
                with suppress(StorageError):
                    await self._resumed.sent(_owner(about), about.app, edges)
        except BaseException:
            spool.close()
            raise
        if stopped is None:
            return Verdict(held.all_of_it(), None, spool, _most_sensitive(looked))
        spool.close()  # none of it is passed on, and what follows may take long, or break off
        with suppress(NoRoomError, OSError):  # a browser shows no answer to what it is still sending
            async for _ in held.unread():
                pass
        return Verdict(None, stopped, spool)

    async def _looked(
        self, passing: Passing, about: About, held: Held, fields: Fields, edges: list[Edges] | None
    ) -> list[Looked]:
        """Everything in a body, and what the address says to which it is sent."""
        content_type, coding = first(fields, b"content-type"), coding_of(fields)
        looked = await self.looking.body(passing, held, content_type, coding, edges)
        if edges:
            looked += await self._beside_other_pieces(passing, about, edges, may_pass=_may_pass(looked))
        if not _may_pass(looked):
            looked = await self.looking.identified(looked, held, content_type, coding)
        if passing.channel is Channel.UPLOAD and (said := said_by(about.target)):
            looked.append(await self.looking.text(replace(passing, name=ADDRESS), said, is_known=True))
        return looked

    async def _beside_other_pieces(
        self, passing: Passing, about: About, edges: list[Edges], *, may_pass: bool
    ) -> list[Looked]:
        """A piece beside those before, and, as it is noted, beside what was on its way at the same time, perhaps at
        another worker. Where nobody can tell of them, it counts as what can't be looked into.
        """
        whose, looked = _owner(about), list[Looked]()
        try:
            before = await self._resumed.before(whose, about.app)
            if both := joints(before, edges):
                looked.append(await self.looking.text(passing, both))
            if may_pass and _may_pass(looked):
                meanwhile = await self._resumed.sent(whose, about.app, edges, before)
                if both := joints(meanwhile, edges):
                    looked.append(await self.looking.text(passing, both))
        except StorageError:
            looked.append(self.looking.not_read(passing))
        return looked

    def _passes(
        self,
        passing: Passing,
        about: About,
        body: AsyncIterator[bytes],
        fields: Fields,
        edges: list[Edges] | None,
        decided: Callable[[Document], object],
    ) -> Verdict:
        """Pass on what nothing can stop, and look into it meanwhile."""
        turn = self.behind.turn(about.person or about.app)
        doubled = Doubled(body, turn)
        spool = Spool(self.budget, about.person or about.app)
        held = Held(doubled.looked_into(), spool)

        async def look() -> None:
            try:
                looked = await self._looked(passing, about, held, fields, edges)
                if (document := _most_sensitive(looked)) is not None:
                    decided(document)
            except (NoRoomError, OSError):
                looked = [self.looking.not_read(passing)]
            await self._note(looked, passed=True)

        self.behind.start(_to_its_end(look, held, spool, turn))
        return Verdict(doubled.onward(), None, doubled)

    async def _stopped(self, about: About, looked: list[Looked]) -> Stopped | None:
        """What is to be told where the body may not pass; None where it may. What rules watch is noted."""
        due = [one for one in looked if one.judged.step >= Step.WARN]
        if not due:
            await self._note(looked, passed=True)
            return None
        may_justify = all(one.judged.step is Step.WARN and one.judged.may_justify and one.digest for one in due)
        if may_justify:
            unsaid = [one for one in due if not self._is_excepted(one)]
            said = await self.stops.take(about, frozenset(one.digest for one in unsaid)) if unsaid else ""
            if said or not unsaid:
                events = await self._note(looked, passed=True, why=JUSTIFIED if said else NOT_SENSITIVE)
                if said and self._checks.dialogue is not None:
                    await self._checks.dialogue.justified(_strictest(due, events), about.person, said)
                return None
        events = await self._note(looked, passed=False)
        return await self._keep(about, due, events, may_justify=may_justify)

    def _is_excepted(self, one: Looked) -> bool:
        dialogue, passing = self._checks.dialogue, one.passing
        return dialogue is not None and dialogue.is_excepted(passing.person, passing.app, one.digest)

    async def _note(self, looked: Sequence[Looked], *, passed: bool, why: str = "") -> dict[int, str]:
        """Have what rules saw journaled; the ids of the events, by the `id` of what they tell of.

        Where there is much of it, the strictest have an event of their own, and the rest one together: it is that of
        none of them, so that nobody decides of one by it what becomes of the others.
        """
        seen = [one for one in looked if one.judged.step >= Step.WATCH]
        own = set(map(id, sorted(seen, key=lambda one: -one.judged.step)[:MOST_TOLD]))
        rest = [one for one in seen if id(one) not in own]
        events = {id(one): await self._note_one(one, passed=passed, why=why) for one in seen if id(one) in own}
        if rest:
            await self._note_one(self.looking.as_one(rest), passed=passed, why=why)
        return events

    async def _note_one(self, one: Looked, *, passed: bool, why: str) -> str:
        said = why if one.judged.step >= Step.WARN else ""
        return await self._checks.note(one.passing, one.inspected, one.judged, passed=passed, why=said)

    async def _keep(self, about: About, due: list[Looked], events: Mapping[int, str], *, may_justify: bool) -> Stopped:
        rules = tuple(dict.fromkeys(rule for one in due for rule in one.judged.rules))[:MOST_TOLD]
        return await self.stops.keep(
            about,
            [_told(one) for one in due[:MOST_TOLD]],
            {one.digest: events.get(id(one), "") for one in due},
            rules,
            words=tuple(words for one in rules if (words := self._checks.words(one)) is not None),
            is_upload=due[0].passing.channel is Channel.UPLOAD,
            may_justify=may_justify,
            event=_strictest(due, events),
        )


JUSTIFIED: Final = "justified"
NOT_SENSITIVE: Final = "not-sensitive"
"""Why something passes that was to be stopped: somebody said why, or that it is not sensitive."""


def _may_pass(looked: Sequence[Looked]) -> bool:
    return all(one.judged.step < Step.WARN for one in looked)


def _strictest(due: Sequence[Looked], events: Mapping[int, str]) -> str:
    return events.get(id(max(due, key=lambda one: one.judged.step)), "")


def _most_sensitive(looked: Sequence[Looked]) -> Document | None:
    labelled = [(label, one.digest.hex()) for one in looked if (label := one.judged.in_force) is not None]
    label, digest = max(labelled, default=(None, ""))
    return None if label is None else Document(digest or "unread", label)


def _told(one: Looked) -> StoppedDocument:
    places = tuple(dict.fromkeys(place for place in one.inspected.where if place))[:MOST_TOLD]
    kinds = one.judged.kinds
    return StoppedDocument(one.passing.name, one.field, kinds, places)


async def _to_its_end(look: Callable[[], Awaitable[None]], held: Held, spool: Spool, turn: Turn) -> None:
    """Look into what passes. Whatever becomes of the look, all of it is read, for it is passed on as it is read."""
    try:
        try:
            await look()
        except Exception as failure:  # noqa: BLE001 -- it has passed, and there is nobody to tell
            _log.warning("what passed could not be looked into: %s", type(failure).__name__)
        spool.close()
        async for _ in held.unread():
            pass
    finally:
        spool.close()
        turn.leave()


def _owner(about: About) -> str:
    return about.person or about.session


def _nobody_cares(_document: Document) -> None:
    """An upload's label decides about nothing: it is the app's that counts."""


async def _nothing() -> AsyncIterator[bytes]:
    nothing: tuple[bytes, ...] = ()
    for piece in nothing:
        yield piece
