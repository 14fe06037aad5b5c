"""Shares that are watched: what is written there is looked into, and what may not lie there is taken away.

A file is looked at when it has rested for a moment, as it lies there then. Where it changes meanwhile, or another takes
its place, that is looked at in its turn. What may not pass goes into the quarantine, and a note says so in its place;
what could not even be judged stays, and is judged again: an error of ours empties no share.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Final

from watchfiles import Change, awatch

from limen.clock import Clock
from limen.data.documents import WhyNot
from limen.data.doors.judging import Content, Passed, Protection, Verdict, judge
from limen.data.doors.mass_renaming import MassRenaming, RenamingWatch, looks_encrypted
from limen.data.doors.quarantine import Quarantine
from limen.data.doors.refusal import Refusal, RefusalOf, note
from limen.data.doors.samba_audit import SambaAudit, Writer
from limen.data.doors.share_files import GoneError, ShareFile, files_below, note_name, opened, write_beside
from limen.data.doors.spool import LARGEST
from limen.data.doors.sweeping import Sweep, earlier
from limen.data.doors.untaken import Changing, Notes, Unread, Untaken
from limen.data.labels.beside import of_file
from limen.data.labels.model import Carried
from limen.data.rules.model import Channel, Passing

REST_SECONDS: Final = 1.0
"""A file is looked at when nothing changed in it for so long, or after MOST_WAIT_SECONDS in any case."""
MOST_WAIT_SECONDS: Final = 60.0
AGAIN_SECONDS: Final = 30.0
"""After so long what could not be judged, or moved, is tried again."""
NEW_SECONDS: Final = 60.0
"""A file that was made so long ago is a new one still, where it is written to."""
MOST_WAITING: Final = 100_000
AT_ONCE: Final = 2
MARGIN_NS: Final = 5_000_000_000

_log: Final = logging.getLogger("limen.data")


@dataclass(frozen=True, slots=True)
class Share:
    """A folder on this machine that others write to by the network; `name` is what Samba and Limen call it."""

    name: str
    root: Path


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What watching shares needs to know.

    `person_of` gives the ID of who has this name at the file server, "" for nobody that is known. `user_of` gives the
    name of a file's owner. `tell` is called with each alarm, whose it is and from which address ("" where that is not
    known). `audit` says who wrote what, where Samba does. `not_taken(share, why)` is called once when files can no
    longer be taken away. `tag` names the rules of now.
    """

    protection: Protection
    quarantine: Quarantine
    clock: Clock
    person_of: Callable[[str], str]
    user_of: Callable[[int], str]
    tell: Callable[[MassRenaming, str, str], None]
    refusal_of: RefusalOf = Refusal
    audit: SambaAudit | None = None
    not_taken: Callable[[str, str], None] = lambda _share, _why: None
    tag: Callable[[], str] = lambda: ""
    rest_seconds: float = REST_SECONDS


@dataclass(slots=True)
class _Waiting:
    """A path that something happened to: since when, and when it is looked at; `is_new` where it came as a whole."""

    since: float
    due: float
    is_new: bool = False


@dataclass(slots=True)
class _State:
    """What is known of one share while it is watched."""

    waiting: OrderedDict[PurePosixPath, _Waiting] = field(default_factory=OrderedDict)
    made: OrderedDict[PurePosixPath, float] = field(default_factory=OrderedDict)
    notes: Notes = field(default_factory=Notes)
    changing: Changing = field(default_factory=Changing)
    sweep: Sweep = field(default_factory=Sweep)
    sweep_due: int = 0
    seen: OrderedDict[tuple[tuple[int, int], str], float] = field(default_factory=OrderedDict)


class SharePatrol:
    """One share. `watch` goes on until it is cancelled; `counts` holds what became of files, by the step, and
    `cannot_take` why the last file could not be taken away, "" where it was.
    """

    def __init__(self, share: Share, about: Surroundings) -> None:
        self.share, self.about = share, about
        self.counts: Counter[str] = Counter()
        self.cannot_take = ""
        self._untaken, self._unread = Untaken(), Unread()
        self._sweeping: asyncio.Task[None] | None = None
        self._state = _State()
        self._renaming = RenamingWatch(share.name)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._working: set[asyncio.Task[None]] = set()

    async def watch(self) -> None:
        """Look at what changes from now on. Raises OSError where the folder can't be watched."""
        working = asyncio.create_task(self._work(), name=f"look at what is new in {self.share.name}")
        try:
            while True:
                await self._told()
        finally:
            working.cancel()
            await asyncio.gather(working, *self._working, return_exceptions=True)

    async def _told(self) -> None:
        """Take what the system tells of, until it tells of a name that is no UTF-8: there watchfiles gives up. What is
        missed until it is asked again is looked for.
        """
        begun = time.time_ns()
        try:
            async for changes in awatch(self.share.root, watch_filter=None, debounce=200, step=50):
                begun = time.time_ns()
                self._saw(changes)
        except* RuntimeError:  # WatchfilesRustInternalError
            self.counts["began-anew"] += 1
            await asyncio.sleep(self.about.rest_seconds)
            self._sweep_soon(begun - MARGIN_NS)

    def _sweep_soon(self, since_ns: int) -> None:
        """One sweep runs at a time: what is asked for meanwhile is looked for by the next."""
        self._state.sweep_due = earlier(self._state.sweep_due, since_ns)
        if self._sweeping is None or self._sweeping.done():
            self._sweeping = asyncio.create_task(self._sweep_later())
            self._working.add(self._sweeping)
            self._sweeping.add_done_callback(self._working.discard)

    async def _sweep_later(self) -> None:
        """When the system tells of changes again, which takes it a moment."""
        while self._state.sweep_due:
            await asyncio.sleep(1.0)
            since, self._state.sweep_due = self._state.sweep_due, 0
            await self.sweep(since)

    async def sweep(self, since_ns: int) -> int:
        """Look at all files that were changed since then, as if that was told now; how many. Where they are more than
        can wait, `is_behind_since` says so, and the next sweep goes on with the rest.
        """
        room = MOST_WAITING - len(self._state.waiting)
        found = await self._state.sweep.next(self.share.root, since_ns, room)
        for path in found:
            self._wait(path, is_new=True)
        return len(found)

    @property
    def is_behind_since(self) -> int:
        """Since when changes were not looked at for want of room, in nanoseconds; 0 where none are."""
        return self._state.sweep.is_behind_since

    # What happens

    def _saw(self, changes: Iterable[tuple[Change, str]]) -> None:
        now = time.monotonic()
        for change, name in changes:
            path = self._below(name)
            if path is None:
                continue
            if change is Change.deleted:
                self._renaming.gone(now)
                continue
            if change is Change.added:
                _remember(self._state.made, path, now)
            self._wait(path, is_new=change is Change.added)

    def _below(self, name: str) -> PurePosixPath | None:
        try:
            return PurePosixPath(Path(name).relative_to(self.share.root))
        except ValueError:
            return None

    def _wait(self, path: PurePosixPath, seconds: float = -1.0, *, is_new: bool = False) -> None:
        now = time.monotonic()
        due = now + (seconds if seconds >= 0 else self.about.rest_seconds)
        waiting = self._state.waiting.get(path)
        if waiting is not None:
            waiting.due = min(due, waiting.since + MOST_WAIT_SECONDS)
            waiting.is_new |= is_new
        elif len(self._state.waiting) < MOST_WAITING:
            self._state.waiting[path] = _Waiting(now, due, is_new)
        else:
            if not self.is_behind_since:
                _log.warning("more changes on the share %s than can wait: a sweep looks for them", self.share.name)
            self._state.sweep.drop(time.time_ns() - MARGIN_NS)

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(min(0.25, self.about.rest_seconds))
            if self.about.audit is not None:
                await asyncio.to_thread(self.about.audit.look)
            now = time.monotonic()
            for path in [path for path, one in self._state.waiting.items() if one.due <= now]:
                await self._room.acquire()
                is_new = self._state.waiting.pop(path).is_new
                task = asyncio.create_task(self._look(path, is_new=is_new))
                self._working.add(task)
                task.add_done_callback(self._working.discard)
                task.add_done_callback(lambda _task: self._room.release())

    async def _look(self, path: PurePosixPath, *, is_new: bool = False) -> None:
        """See what became of a path, once it rests. Never raises."""
        try:
            with opened(self.share.root, path) as file:
                await self._file(file)
        except GoneError:
            if is_new:
                await self._folder(path)
        except PermissionError as error:
            await self._unreadable(path, error)
        except Exception:  # noqa: BLE001 -- one file that fails ends no watching
            _log.exception("a file of the share %s could not be looked at", self.share.name)
            self._wait(path, AGAIN_SECONDS)

    async def _unreadable(self, path: PurePosixPath, error: OSError) -> None:
        """What Limen's user may not read is judged as unread, once; it stays, and is tried again."""
        self._wait(path, AGAIN_SECONDS, is_new=True)
        if not self._unread.is_new(path):
            return
        _log.warning("%r on the share %s can't be read: %s", str(path), self.share.name, error.strerror)
        passing = Passing(Channel.SHARE, app=self.share.name, name=_printable(path.name))
        verdict = await judge(self.about.protection, passing, Passed(unread=frozenset({WhyNot.FAILED})))
        self.counts["unreadable"] += 1
        if verdict.failed:
            self._unread.forget(path)

    async def _folder(self, path: PurePosixPath) -> None:
        """A whole folder may have been moved here, of which no file is told."""
        for below in await asyncio.to_thread(lambda: [one for one, _ in files_below(self.share.root, path)]):
            if below not in self._state.waiting:
                _remember(self._state.made, below, time.monotonic())
                self._wait(below, is_new=True)

    async def _file(self, file: ShareFile) -> None:
        if self._state.notes.holds(file):
            return
        writer = self._writer(file)
        self._see_whether_encrypted(file, writer)
        self._unread.forget(file.path)
        if await asyncio.to_thread(self.about.quarantine.was_released, file, self.share.name, self.about.clock.now()):
            self.counts["released"] += 1
            return
        person = self.about.person_of(writer.user) if writer.user else ""
        passing = Passing(Channel.SHARE, person=person, app=self.share.name, name=_printable(file.path.name))
        unread: frozenset[WhyNot] = frozenset({WhyNot.TOO_LARGE}) if file.size > LARGEST else frozenset()
        tag = self.about.tag()
        verdict = self._untaken.verdict_of(file, tag)
        if verdict is None:
            content = Content(_Start(file), passing.name, await asyncio.to_thread(_beside, file))
            verdict = await judge(self.about.protection, passing, Passed((content,), unread=unread))
            self.counts["failed" if verdict.failed else verdict.judged.step.name.lower()] += 1
        if verdict.failed:
            self._wait(file.path, AGAIN_SECONDS)
        elif not file.is_still_there or not (file.is_unchanged or self._may_not_stay(file, verdict)):
            self._wait(file.path)
        elif verdict.passes:
            self._state.changing.forget(file)
        else:
            await self._take(file, tag, verdict)

    def _may_not_stay(self, file: ShareFile, verdict: Verdict) -> bool:
        """A file that changed while it was judged: it is judged again, and when it is to be stopped again it is taken
        as it lies there, for somebody may change it for ever. What is in it then can be put back.
        """
        return not verdict.passes and self._state.changing.is_again(file)

    def _writer(self, file: ShareFile) -> Writer:
        """Who wrote it: whom Samba says, else whose it is."""
        path = str(self.share.root / file.path)
        said = self.about.audit.writer_of(path) if self.about.audit is not None else None
        return said or Writer(self.about.user_of(file.owner), "")

    def _see_whether_encrypted(self, file: ShareFile, writer: Writer) -> None:
        now = time.monotonic()
        first = self._first_seen(file, now)
        if not looks_encrypted(file.sample()):
            return
        was_there = now - min(self._state.made.get(file.path, -NEW_SECONDS), first) >= NEW_SECONDS
        alarm = self._renaming.unreadable(str(file.path), writer.user, now, was_there=was_there)
        if alarm is not None:
            self.counts["mass-renaming"] += 1
            self.about.tell(alarm, self.about.person_of(writer.user) if writer.user else "", writer.address)

    def _first_seen(self, file: ShareFile, now: float) -> float:
        """When it was looked at first under this name: a file is not new because its folder got another one."""
        seen = self._state.seen
        first = seen.setdefault((file.identity, file.path.name), now)
        if len(seen) > MOST_WAITING:
            seen.popitem(last=False)
        return first

    async def _take(self, file: ShareFile, tag: str, verdict: Verdict) -> None:
        now = self.about.clock.now()
        taken = (file, self.share.name, now, verdict.event, verdict.judged.rules)
        try:
            kept = await asyncio.to_thread(self.about.quarantine.take, *taken)
        except OSError as error:
            self._untaken.keep(file, tag, verdict)
            self._could_not_take(error.strerror or type(error).__name__)
            self._wait(file.path, AGAIN_SECONDS)
            return
        self.counts["taken"] += 1
        self.cannot_take = ""
        self._untaken.forget(file)
        self._state.changing.forget(file)
        text = note(replace(self.about.refusal_of(verdict), kept_as=kept.id))
        self._state.notes.wrote(text)
        with suppress(OSError):  # the file is safe; that nobody is told of it is the lesser evil
            write_beside(file, note_name(file.path.name), text)

    def _could_not_take(self, why: str) -> None:
        self.counts["not-taken"] += 1
        if not self.cannot_take:
            _log.warning("a file of the share %s could not be taken away: %s", self.share.name, why)
            self.about.not_taken(self.share.name, why)
        self.cannot_take = why


@dataclass(frozen=True, slots=True)
class _Start:
    """A file as far as it is looked into."""

    file: ShareFile

    def pieces(self) -> AsyncIterator[bytes]:
        return self.file.pieces(LARGEST)


def _beside(file: ShareFile) -> Carried | None:
    """What is said of its label beside it; a mark is held against what is in it, as far as that is looked into."""
    said = of_file(file.descriptor)
    return None if said is None else said(file.digest() if file.size <= LARGEST else b"")


def _printable(name: str) -> str:
    """A name as text, whatever bytes it is."""
    return name.encode("utf-8", "replace").decode()[:255]


def _remember(made: OrderedDict[PurePosixPath, float], path: PurePosixPath, now: float) -> None:
    made[path] = now
    made.move_to_end(path)
    while len(made) > MOST_WAITING or (made and next(iter(made.values())) < now - NEW_SECONDS):
        made.popitem(last=False)
