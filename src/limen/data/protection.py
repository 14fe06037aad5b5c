"""What entry points ask about something that passes: whether to look into it, what is in it, and what is done then."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import blake2b
from typing import Final

from limen.data.allowed.allowing import AllowedValues
from limen.data.documents import Inspected, WhyNot
from limen.data.kinds import FOUND
from limen.data.labels.marks import PURPOSE as LABELS, Marks
from limen.data.lists import store
from limen.data.lists.keeping import CHANGE, matchers_of
from limen.data.lists.store import KeptList
from limen.data.rules.content import Content, content_of, written
from limen.data.rules.content_scanner import ContentScanner
from limen.data.rules.judging import UNKNOWN, Sender, applies, goes_outside, judge
from limen.data.rules.looked_for import scanner_of
from limen.data.rules.model import Judged, Passing
from limen.data.rules.stated import NO_RULES, DataRules
from limen.errors import LimenError
from limen.events import Event
from limen.facts import Label
from limen.pillar import Core
from limen.storage import Snapshot

_log = logging.getLogger(__name__)
LARGEST: Final = 100_000_000
"""So many bytes of one thing are looked into; of more it is said that it is too large."""
MOST_DOMAINS: Final = 10
PURPOSE: Final = "found data"
"""What the key is for under which values have digests: it is another once the master key is changed."""


class DataProtection:
    """The service that entry points share, offered by its type. It never keeps or tells a found value."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._key = core.keyring.key_for(PURPOSE)
        self._marks = Marks(core.keyring.keys_for(LABELS))
        self._making = asyncio.Lock()
        self._scanner: tuple[DataRules, tuple[KeptList, ...], ContentScanner] | None = None
        self._lists: tuple[KeptList, ...] = ()
        self._allowed = AllowedValues(core)
        self._names: tuple[DataRules, dict[str, str]] = NO_RULES, NO_RULES.names

    @property
    def rules(self) -> DataRules:
        """What `data.yaml` says now."""
        return self._core.known.rules_of(DataRules) or NO_RULES

    def asks(self, passing: Passing) -> bool:
        """Whether any rule may be about what passes so: if not, nothing needs to look into it."""
        sender = self._sender(passing)
        return any(applies(rule, passing, sender) for rule in self.rules.rules)

    async def inspect(self, body: AsyncIterator[bytes] | bytes, name: str = "") -> Inspected:  # noqa: ARG002
        """What is in it. Raises nothing: what can't be looked into says why."""
        try:
            scanner = await self.ready()
        except LimenError as error:
            _log.warning("nothing can be looked into: %s", error)
            return Inspected("", why_not=frozenset({WhyNot.FAILED}))
        digest = blake2b(key=self._key, digest_size=16)
        pieces, length, why_not = [], 0, frozenset[WhyNot]()
        async for piece in _pieces(body):
            digest.update(piece)
            length += len(piece)
            if length > LARGEST:
                why_not = frozenset({WhyNot.TOO_LARGE})
            else:
                pieces.append(piece)
        inspected = await asyncio.to_thread(_inspected, scanner, b"".join(pieces))
        return replace(inspected, why_not=inspected.why_not | why_not, digest=digest.digest())

    def judge(self, passing: Passing, inspected: Inspected) -> Judged:
        """What is done about it, by the rules of now."""
        rules = self.rules
        if self._names[0] is not rules:
            self._names = rules, rules.names
        return judge(rules, passing, self._content(passing, inspected), self._sender(passing), self._names[1])

    async def note(self, passing: Passing, inspected: Inspected, judged: Judged, *, passed: bool, why: str = "") -> str:
        """Journal what was found and done; returns the event's id. `why` is a word for why it passed or not."""
        content = self._content(passing, inspected)
        domains = sorted({one.rpartition("@")[2].casefold() for one in passing.outside})
        details: dict[str, str | int | bool] = {
            "channel": str(passing.channel),
            "app": passing.app,
            "rules": " ".join(judged.rules),
            "kinds": ", ".join(judged.kinds),
            "found": written(content),
            "step": judged.step.name.lower(),
            "passed": passed,
            "label": _word(judged.label),
            "said": _word(inspected.label),
            "from": _word(passing.label),
            "unread": " ".join(sorted(map(str, inspected.why_not))),
            "outside": " ".join(domains[:MOST_DOMAINS]),
            "goes_outside": goes_outside(passing),
            "healthy": {True: "yes", False: "no", None: ""}[passing.has_healthy_device],
        }
        return self._core.journal.record(
            Event(
                at=self._core.clock.now(),
                kind=FOUND.name,
                actor=passing.person,
                reason=why,
                details={name: value for name, value in details.items() if value != ""},
            )
        )

    def register(self) -> None:
        """Follow the lists that are kept and the values that are allowed. Called before the change feed starts."""
        self._allowed.register()

        def load(snapshot: Snapshot, _key: str = "") -> tuple[KeptList, ...]:
            return tuple(store.every(snapshot.connection))

        def take(lists: tuple[KeptList, ...]) -> None:
            self._lists = lists

        self._core.feed.at_start(load, take)
        self._core.feed.on(CHANGE, load, lambda _key, lists: take(lists))

    async def ready(self) -> ContentScanner:
        """The scanner for the rules and lists of now; made anew, beside the loop, where it was made for others."""
        scanner = self._scanner
        if scanner is None or scanner[0] is not self.rules or scanner[1] is not self._lists:
            async with self._making:
                rules, lists, scanner = self.rules, self._lists, self._scanner
                if scanner is None or scanner[0] is not rules or scanner[1] is not lists:
                    scanner = rules, lists, await asyncio.to_thread(self._made_for, rules, lists)
                    self._scanner = scanner
        return scanner[2]

    def _made_for(self, rules: DataRules, lists: tuple[KeptList, ...]) -> ContentScanner:
        return ContentScanner(scanner_of(rules, self._key), matchers_of(lists, self._core.keyring, rules))

    async def forget(self) -> None:
        """Drop values that are allowed no more."""
        await self._allowed.forget()

    async def look_again(self) -> None:
        """Have the scanner ready before something passes; nothing is made where no rule asks for one."""
        if self.rules.rules:
            await self.ready()

    def _content(self, passing: Passing, inspected: Inspected) -> Content:
        """What counts of what was found: all but values that are allowed; and how far its label is believed."""
        values = {(one.detector, one.digest) for one in inspected.found.findings}
        carried = inspected.carried
        claim = None if carried is None else self._marks.claim(carried, self.rules.microsoft)
        return content_of(inspected, self._allowed.among(values, passing.person), claim)

    def _sender(self, passing: Passing) -> Sender:
        person = self._core.known.people.get(passing.person) if passing.person else None
        return UNKNOWN if person is None else Sender(person.groups, person.email.casefold())


async def _pieces(body: AsyncIterator[bytes] | bytes) -> AsyncIterator[bytes]:
    if isinstance(body, bytes):
        yield body
        return
    async for piece in body:
        yield piece


def _inspected(scanner: ContentScanner, body: bytes) -> Inspected:
    """What is in a plain text; of anything else, that it is of a kind that nothing looks into."""
    if b"\0" in body[:8_192]:
        return Inspected("", why_not=frozenset({WhyNot.UNKNOWN_KIND}))
    found = scanner.text(body)
    return Inspected("text", found, ("",) * len(found.findings))


def _word(label: Label | None) -> str:
    return "" if label is None else label.word
