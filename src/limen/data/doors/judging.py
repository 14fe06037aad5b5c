"""What every entry point does with what passes: look into it, judge it, journal it, and say whether it may pass.

Nothing fails open. What can't be looked into is judged as that, by the rules; where judging or the journal fails, it
does not pass.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, TypeAlias

from limen.data.documents import Inspected, WhyNot
from limen.data.labels.beside import with_beside
from limen.data.labels.model import Carried
from limen.data.model import Found, surest_of
from limen.data.rules.model import Channel, Judged, Passing, Step
from limen.http_bodies.codings import Readable, UnreadableError
from limen.http_bodies.splitting import Document

INSPECT_SECONDS: Final = 60.0
"""So long looking into everything of one passing may take."""
JUSTIFIED: Final = "justified"
"""The word of an event for what passed because somebody said why; their words are kept beside it."""
_SPACE: Final = " / "

_log: Final = logging.getLogger("limen.data")


class Protection(Protocol):
    """What entry points ask of the rules: `limen.data.protection.DataProtection`."""

    def asks(self, passing: Passing) -> bool: ...
    async def inspect(self, body: AsyncIterator[bytes] | bytes, name: str = "", owner: str = "") -> Inspected: ...
    def judge(self, passing: Passing, inspected: Inspected) -> Judged: ...
    async def note(
        self, passing: Passing, inspected: Inspected, judged: Judged, *, passed: bool, why: str = ""
    ) -> str: ...


class Body(Protocol):
    """Bytes that are kept somewhere, and can be read again from their start."""

    def pieces(self) -> AsyncIterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Content:
    """One document of what passes: its name as the sender says it ("" for none), its bytes, and what is said of its
    label beside it.
    """

    body: bytes | Body
    name: str = ""
    beside: Carried | None = None

    async def pieces(self) -> AsyncIterator[bytes]:
        if isinstance(self.body, bytes):
            yield self.body
            return
        async for piece in self.body.pieces():
            yield piece


class TakenApart(Protocol):
    """A body that holds documents. Where it can't be taken apart, `whole` is looked into, and `decoded`, which is the
    same without its codings; None: it has none.
    """

    @property
    def whole(self) -> Content: ...
    @property
    def decoded(self) -> Content | None: ...
    def documents(self) -> AsyncIterator[Document]: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was judged, whether it passes, and the ID of the event that says so ("" where nothing was to be noted).

    `failed`: no rule said so; judging itself failed, so that it does not pass.
    """

    judged: Judged
    passes: bool
    event: str = ""
    failed: bool = False


KeepReason: TypeAlias = Callable[[str, str, str], Awaitable[None]]
"""`(event, person, why)`: keep why something passed, beside the event that tells of it."""


async def nobody_says_why(_event: str, _person: str, _why: str) -> None:
    """For entry points at which nobody can say why something may pass."""


UNASKED: Final = Verdict(Judged(Step.ALLOW), passes=True)
_FAILED: Final = Verdict(Judged(Step.BLOCK), passes=False, failed=True)


@dataclass(frozen=True, slots=True)
class Passed:
    """Everything of one passing: its documents, those in its body, what was not read, and why it may pass, if somebody
    said so. `sender`: who sends it, as far as that is told; others have their turn between two of theirs.
    """

    contents: tuple[Content, ...] = ()
    body: TakenApart | None = None
    unread: frozenset[WhyNot] = field(default_factory=frozenset)
    why: str = ""
    sender: str = ""


async def judge(
    protection: Protection, passing: Passing, passed: Passed, keep_reason: KeepReason = nobody_says_why
) -> Verdict:
    """What becomes of this. Never raises. `keep_reason` keeps why it passes, where somebody's reason let it."""
    try:
        if not protection.asks(passing):
            return UNASKED
        inspected = await _inspected(protection, passed, passing)
        judged = protection.judge(passing, inspected)
        passes = _passes(judged, passed.why)
        event = ""
        if judged.step >= Step.WATCH:
            is_justified = judged.step == Step.WARN and passes
            why = JUSTIFIED if is_justified else ""
            event = await protection.note(passing, inspected, judged, passed=passes, why=why)
            if is_justified:
                await keep_reason(event, passing.person, passed.why)
    except Exception:  # noqa: BLE001 -- whatever fails, it does not pass
        _log.exception("what passes by %s could not be judged, so it does not pass", passing.channel)
        return _FAILED
    return Verdict(judged, passes, event)


def _passes(judged: Judged, why: str) -> bool:
    if judged.step == Step.WARN:
        return judged.may_justify and bool(why.strip())
    return judged.step < Step.WARN


async def _inspected(protection: Protection, passed: Passed, passing: Passing) -> Inspected:
    """What looking into all of it gave. What fails or takes too long was not looked into, whatever the reason."""
    beside: list[tuple[str, Inspected]] = []
    seen: list[tuple[str, Inspected]] = []
    unread = set(passed.unread)
    owner = passed.sender or passing.person or passing.app or str(passing.channel)
    is_sent = passing.channel is not Channel.DOWNLOAD
    try:
        async with asyncio.timeout(INSPECT_SECONDS):
            for one in passed.contents:
                beside.append((one.name, await _of_content(protection, one, owner)))  # noqa: PERF401 -- kept if it ends here
            if passed.body is not None:
                unread |= await _look_apart(protection, passed.body, seen, owner)
                if not unread and is_sent and passed.body.decoded is not None:
                    beside.append(await _coded(protection, passed.body.whole, owner))
    except TimeoutError:
        unread.add(WhyNot.TIMED_OUT)
    except Exception:  # noqa: BLE001 -- whatever fails, it was not looked into
        _log.exception("something that passes could not be looked into")
        unread.add(WhyNot.FAILED)
    # What holds nothing, as most addresses, takes from the one document beside it neither its kind nor its digest.
    return together([*(one for one in beside if not seen or _says_something(one[1])), *seen], unread)


def _says_something(one: Inspected) -> bool:
    return bool(one.found.findings or one.found.more or one.why_not or one.carried or one.inside or one.label)


async def _of_content(protection: Protection, one: Content, owner: str) -> Inspected:
    body = one.body if isinstance(one.body, bytes) else one.body.pieces()
    return with_beside(await protection.inspect(body, one.name, owner), one.beside)


async def _look_apart(
    protection: Protection, body: TakenApart, seen: list[tuple[str, Inspected]], owner: str
) -> frozenset[WhyNot]:
    """Look into each document of a body; where it can't be taken apart, into all of it as it came. Why it could not."""
    try:
        async for document in body.documents():
            readable = Readable(document.body)
            inspected = await protection.inspect(readable.pieces(), document.name, owner)
            seen.append((_SPACE.join(filter(None, (document.where, document.name))), inspected))
            if readable.wrong is not None:  # what was read before it stands in what was found
                raise readable.wrong
    except UnreadableError as wrong:
        either = [one for one in (body.whole, body.decoded) if one is not None]
        seen += [(one.name, await _of_content(protection, one, owner)) for one in either]
        return frozenset({WhyNot(wrong.why)})
    return frozenset()


async def _coded(protection: Protection, whole: Content, owner: str) -> tuple[str, Inspected]:
    """A body with its codings: a site that undoes none has what they leave room for, such as remarks. That it can't be
    read as it is says nothing: it was, without them.
    """
    inspected = await _of_content(protection, whole, owner)
    return whole.name, replace(inspected, why_not=inspected.why_not & {WhyNot.FAILED, WhyNot.TIMED_OUT})


def together(seen: list[tuple[str, Inspected]], unread: Iterable[WhyNot] = ()) -> Inspected:
    """Several documents, each with its name, as what passes at once: of labels the highest counts. That one was lowered
    says nothing of what passes beside it, so its mark counts only where nothing else was found.
    """
    unread = frozenset(unread)
    if len(seen) == 1 and not unread:
        return seen[0][1]
    labels = [one.label for _, one in seen if one.label is not None]
    return Inspected(
        kind=seen[0][1].kind if len(seen) == 1 else "",
        found=Found(
            tuple(finding for _, one in seen for finding in one.found.findings),
            surest_of(one.found.more for _, one in seen),
        ),
        where=tuple(
            _SPACE.join(filter(None, (name, where)))
            for name, one in seen
            for where in (one.where or ("",) * len(one.found.findings))
        ),
        label=max(labels, default=None),
        why_not=unread.union(*(one.why_not for _, one in seen)),
        digest=seen[0][1].digest if len(seen) == 1 else b"",
        carried=_carried([one for _, one in seen], unread=bool(unread)),
        inside=tuple(packed for _, one in seen for packed in one.inside),
    )


def _carried(seen: list[Inspected], *, unread: bool) -> Carried | None:
    said = [one.carried for one in seen if one.carried is not None]
    if not said:
        return None
    others = [one for one in seen if one.carried is None]
    if len(said) == 1 and not unread and not any(one.found.findings or one.found.more or one.why_not for one in others):
        return said[0]
    if len(said) == 1:
        return replace(said[0], marks=(), content=b"")
    return Carried(
        words=tuple(word for one in said for word in one.words),
        marks=tuple(mark for one in said for mark in one.marks),
        microsoft=frozenset().union(*(one.microsoft for one in said)),
        is_company_confidential=any(one.is_company_confidential for one in said),
    )
