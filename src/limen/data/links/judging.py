"""What becomes of links to one document: judged as all that passes is, by the rules and by what people said of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from limen.clock import Instant
from limen.connectors.sharing import SharedItem
from limen.data.documents import Inspected
from limen.data.doors.judging import JUSTIFIED, Content, Passed, Protection, Verdict, judge
from limen.data.inventory.model import Audience, Store, item_id
from limen.data.links.model import REMEMBERED_FOR, STANDS_FOR, Given, KeptLink, LinkState, Why
from limen.data.rules.model import Channel, Judged, Passing, Step
from limen.opaque import new_id
from limen.printable import one_line

MOST_GROUPS: Final = 10
"""Links of one document to so many different circles are judged one by one; more of them together, as one."""
NOT_SENSITIVE: Final = "not-sensitive"
LONGEST_NAME: Final = 255
KEEP_THEIR_END: Final = frozenset({LinkState.WAITS, LinkState.PASSES, LinkState.AGAIN})
"""States in which a link that was warned about once has its end still."""

MaySee = Callable[[str, str, bytes], bool]
"""`(person, store, digest)`: whether a document may pass for this person, or ("") for everybody."""


@dataclass(frozen=True, slots=True)
class Group:
    """Links of one document that let in the same people, made by the same person."""

    given: tuple[Given, ...]
    passing: Passing

    @property
    def audience(self) -> Audience:
        return max(one.audience for one in self.given)


@dataclass(frozen=True, slots=True)
class Judging:
    """`person_of(address)` is the id of whose it is, "" for nobody of the company; `is_excepted` what people said."""

    protection: Protection
    person_of: Callable[[str], str]
    is_excepted: MaySee

    async def judged(
        self,
        store: Store,
        item: SharedItem,
        inspected: Inspected,
        groups: Iterable[Group],
        known: Sequence[KeptLink],
        now: Instant,
    ) -> list[KeptLink]:
        """What is to be kept of each link. Those that may not stand are there as such, to be taken away now."""
        found: list[KeptLink] = []
        for group in groups:
            said = partial(self._said, group, item, inspected, known, now)
            looked = _LookedInto(self, inspected, said)
            content = Content(b"", group.passing.name)
            verdict = await judge(looked, group.passing, Passed((content,)))
            found += [_kept(store, item, one, group, inspected, verdict, known, now) for one in group.given]
        return found

    def groups(self, store: Store, item: SharedItem, given: Iterable[Given]) -> list[Group]:
        by_circle: dict[tuple[Audience, frozenset[str], str], list[Given]] = {}
        for one in given:
            by_circle.setdefault((one.audience, one.outside, self.person_of(one.by)), []).append(one)
        if len(by_circle) > MOST_GROUPS:
            every = [one for several in by_circle.values() for one in several]
            people = {person for _, _, person in by_circle}
            outside = frozenset().union(*(one.outside for one in every))
            return [_group(store, item, every, outside, people.pop() if len(people) == 1 else "")]
        return [_group(store, item, ones, outside, who) for (_, outside, who), ones in by_circle.items()]

    def asks(self, groups: Iterable[Group]) -> bool:
        """Whether any rule could be about one of these: else nothing is looked into."""
        return any(self.protection.asks(one.passing) for one in groups)

    def _said(
        self,
        group: Group,
        item: SharedItem,
        inspected: Inspected,
        known: Sequence[KeptLink],
        now: Instant,
        step: Step,
    ) -> str:
        """Why it may stand though a rule says otherwise, by what people said; "" where nobody said so.

        What one person says counts where a rule asks people; what an administrator says for everybody always does.
        """
        who, digest = group.passing.person if step is Step.WARN else "", inspected.digest
        if digest and self.is_excepted(who, group.passing.app, digest):
            return NOT_SENSITIVE
        if step is not Step.WARN:
            return ""
        said = [one for one in known if one.state is LinkState.JUSTIFIED and now < one.made_at + REMEMBERED_FOR]
        same = [one for one in said if one.version == item.version or (digest and one.digest == digest)]
        are_covered = all(any(each.covers(one) for each in same) for one in group.given)
        return JUSTIFIED if are_covered else ""


class _LookedInto:
    """Protection of a document that was looked into before, with what people said of it."""

    def __init__(self, judging: Judging, inspected: Inspected, said: Callable[[Step], str]) -> None:
        self._protection, self._inspected, self._said = judging.protection, inspected, said
        self._why = ""

    def asks(self, passing: Passing) -> bool:
        return self._protection.asks(passing)

    async def inspect(self, _body: AsyncIterator[bytes] | bytes, _name: str = "", _owner: str = "") -> Inspected:
        return self._inspected

    def judge(self, passing: Passing, inspected: Inspected) -> Judged:
        judged = self._protection.judge(passing, inspected)
        self._why = self._said(judged.step) if judged.step >= Step.WARN else ""
        return replace(judged, step=Step.WATCH, may_justify=False) if self._why else judged

    async def note(self, passing: Passing, inspected: Inspected, judged: Judged, *, passed: bool, why: str = "") -> str:
        return await self._protection.note(passing, inspected, judged, passed=passed, why=self._why or why)


def readable(name: str) -> str:
    """A document's name as a line that people can be shown, whatever somebody called it."""
    shown = "".join(one if one.isprintable() else "\ufffd" for one in name)
    return one_line(shown[:LONGEST_NAME], LONGEST_NAME)


def _group(store: Store, item: SharedItem, given: Sequence[Given], outside: frozenset[str], person: str) -> Group:
    name = readable(item.name)
    return Group(tuple(given), Passing(Channel.LINK, person=person, app=store.name, name=name, outside=outside))


def _kept(
    store: Store,
    item: SharedItem,
    given: Given,
    group: Group,
    inspected: Inspected,
    verdict: Verdict,
    known: Sequence[KeptLink],
    now: Instant,
) -> KeptLink:
    before = next((one for one in known if one.permission == given.permission), None)
    state, why, due_at = _becomes(verdict, before, known, now)
    return replace(
        link_of(store, item, given, now, id_=before.id if before is not None else ""),
        person_id=group.passing.person,
        event=verdict.event,
        digest=inspected.digest,
        state=state,
        why=why,
        due_at=due_at,
    )


def link_of(store: Store, item: SharedItem, given: Given, now: Instant, *, id_: str = "") -> KeptLink:
    """A link as it is found, before anything is said of it; under the id that it had, where it had one."""
    return KeptLink(
        id=id_ or new_id("dl"),
        store=store.name,
        key=item.key,
        item=item_id(item.key),
        permission=given.permission,
        at=given.at,
        name=readable(item.name),
        version=item.version,
        audience=given.audience,
        domains=given.domains,
        made_at=now,
    )


def _becomes(
    verdict: Verdict, before: KeptLink | None, known: Iterable[KeptLink], now: Instant
) -> tuple[LinkState, str, Instant]:
    """Its state, why it may not stand, and when it ends.

    Whoever changes the document, or makes the link anew, wins no more time: the end is that of the first warning.
    """
    ends_at = _end_of(before, now)
    step = verdict.judged.step
    if verdict.failed:
        return LinkState.AGAIN, "", ends_at
    if step < Step.WARN:
        return LinkState.PASSES, "", ends_at
    if step > Step.WARN:
        return LinkState.STANDS, Why.STOPPED if step is Step.BLOCK else Why.QUARANTINED, now
    if 0 < ends_at <= now or any(_was_warned(one, now) for one in known):
        return LinkState.STANDS, Why.UNJUSTIFIED, now
    return LinkState.WAITS, "", ends_at or now + STANDS_FOR


def _end_of(before: KeptLink | None, now: Instant) -> Instant:
    """When a link that was warned about ends or has ended, also where it passed since; 0 where it never was, or so long
    ago that nobody remembers.
    """
    if before is None:
        return 0
    if _was_warned(before, now):
        return before.made_at
    ends_at = before.due_at if before.state in KEEP_THEIR_END else 0
    return ends_at if ends_at > now - REMEMBERED_FOR else 0


def _was_warned(one: KeptLink, now: Instant) -> bool:
    is_over = one.state in {LinkState.REMOVED, LinkState.STANDS}
    return is_over and one.why == Why.UNJUSTIFIED and now < one.made_at + REMEMBERED_FOR
