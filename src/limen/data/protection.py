"""What entry points ask about something that passes: whether to look into it, what is in it, and what is done then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from limen.data.allowed.allowing import AllowedValues
from limen.data.current_inspection import CurrentInspection
from limen.data.documents import Inspected
from limen.data.extraction.frames import Written
from limen.data.kinds import FOUND
from limen.data.labels.marks import PURPOSE as LABELS, Marks
from limen.data.labels.model import Claim, DocumentLabel, NoLabelError, WhyNoLabel
from limen.data.rules.content import Content, Value, content_of, without, written
from limen.data.rules.judging import UNKNOWN, Sender, applies, goes_outside, judge
from limen.data.rules.model import Judged, Passing, Step
from limen.data.rules.stated import NO_RULES, DataRules
from limen.events import Event
from limen.facts import Label
from limen.pillar import Core

PURPOSE: Final = "found data"
"""What the key is for under which values have digests: it is another once the master key is changed."""
MOST_DOMAINS: Final = 10


class DataProtection:
    """The service that entry points share, offered by its type. It never keeps or tells a found value. What it looks
    into is kept in `folder` meanwhile.
    """

    def __init__(self, core: Core, folder: Path | None = None) -> None:
        self._core = core
        self._key = core.keyring.key_for(PURPOSE)
        self._marks = Marks(core.keyring.keys_for(LABELS))
        self._current = CurrentInspection(core, self._key, folder)
        self._allowed = AllowedValues(core)
        self._names: tuple[DataRules, dict[str, str]] = NO_RULES, {}

    @property
    def rules(self) -> DataRules:
        """What `data.yaml` says now."""
        return self._current.rules

    def asks(self, passing: Passing) -> bool:
        """Whether any rule may be about what passes so: if not, nothing needs to look into it."""
        sender = self._sender(passing)
        return any(applies(rule, passing, sender) for rule in self.rules.rules)

    def stops(self, passing: Passing) -> bool:
        """Whether any rule that may be about what passes so stops what meets it."""
        sender = self._sender(passing)
        return any(rule.then >= Step.WARN and applies(rule, passing, sender) for rule in self.rules.rules)

    async def inspect(
        self, body: AsyncIterator[bytes] | bytes, name: str = "", owner: str = "", among: str | None = None
    ) -> Inspected:
        """What is in it (`CurrentInspection.inspect`). Raises nothing: what can't be looked into says why."""
        return await self._current.inspect(body, name, owner, among)

    def judge(self, passing: Passing, inspected: Inspected) -> Judged:
        """What is done about it, by the rules of now."""
        rules = self.rules
        if self._names[0] is not rules:
            self._names = rules, rules.names
        return judge(rules, passing, self._content(passing, inspected), self._sender(passing), self._names[1])

    def claim(self, inspected: Inspected) -> Claim:
        """The label that a document claims with all that is packed in it, and how far it is believed."""
        return self._claim_or_none(inspected) or Claim()

    async def why_no_label(self, data: bytes, owner: str = "") -> WhyNoLabel | None:
        """Why nothing can write a label into this document; None where it can have one."""
        return (await self._current.with_label(data, Label.PUBLIC.word, "", owner)).why_not

    async def labelled(self, data: bytes, said: DocumentLabel, owner: str = "") -> bytes:
        """The document with this label and the mark that proves it. Raises NoLabelError.

        Whatever parses a document never has the key: it says what the mark is of, and puts in the one that it is given.
        """
        draft = await self._written(data, said, self._marks.blank(said), owner)
        written = await self._written(data, said, self._marks.made(said, draft.content), owner)
        if written.content != draft.content:
            raise NoLabelError(WhyNoLabel.BROKEN, "the document is another each time that it is written")
        return written.data

    async def _written(self, data: bytes, said: DocumentLabel, mark: str, owner: str) -> Written:
        written = await self._current.with_label(data, said.label.word, mark, owner)
        if written.why_not is not None:
            raise NoLabelError(written.why_not, f"the document can't have a label: {written.why_not}")
        return written

    def counting(self, passing: Passing, inspected: Inspected) -> Inspected:
        """What was found, without values that are allowed for whoever sends it."""
        return without(inspected, self._allowed_in(passing, inspected))

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
            "said": _word(content.label),
            "lowered": _lowered(content.claim),
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
        self._current.register()

    async def forget(self) -> None:
        """Drop values that are allowed no more."""
        await self._allowed.forget()

    async def look_again(self) -> None:
        """Have everything ready before something passes."""
        await self._current.look_again()

    async def close(self) -> None:
        """End the processes that look into documents."""
        await self._current.close()

    def _content(self, passing: Passing, inspected: Inspected) -> Content:
        """What counts of what was found: all but values that are allowed; and how far its label is believed."""
        return content_of(inspected, self._allowed_in(passing, inspected), self._claim_or_none(inspected))

    def _claim_or_none(self, inspected: Inspected) -> Claim | None:
        return self._marks.claim_of_all(inspected.carried, inspected.inside, self.rules.microsoft)

    def _allowed_in(self, passing: Passing, inspected: Inspected) -> set[Value]:
        values = {(one.detector, one.digest) for one in inspected.found.findings}
        return self._allowed.among(values, passing.person)

    def _sender(self, passing: Passing) -> Sender:
        return self.sender(passing.person)

    def sender(self, person_id: str) -> Sender:
        """What rules know of this person."""
        person = self._core.known.people.get(person_id) if person_id else None
        return UNKNOWN if person is None else Sender(person.groups, person.email.casefold())


def _lowered(claim: Claim | None) -> str:
    """From what to what somebody lowered it, and what other tools say: `restricted internal -`; "": nobody did."""
    own = None if claim is None else claim.proven
    if claim is None or own is None or own.lowered_from is None:
        return ""
    return f"{own.lowered_from.word} {own.label.word} {_word(claim.others) or '-'}"


def _word(label: Label | None) -> str:
    return "" if label is None else label.word
