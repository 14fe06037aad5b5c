"""Reviews, put together: what people do with them, and what the calendar does. Used on the event loop."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from limen.access import store as access_store
from limen.access.errors import NotYoursError
from limen.access.occasion import Basis, Occasion
from limen.access.reviews import beginning, store, verdicts
from limen.access.reviews.beginning import event_of
from limen.access.reviews.errors import NothingToReviewError, TooManyRowsError, UnknownReviewError
from limen.access.reviews.evidence import Evidence, Named, evidence_of
from limen.access.reviews.judging import Judging, RacedError, Told, may_decide
from limen.access.reviews.letters import Letters
from limen.access.reviews.model import Outcome, Progress, Review, ReviewRow, Verdict
from limen.access.reviews.past import past_of
from limen.access.reviews.reach import Reach
from limen.access.reviews.rows import Known
from limen.access.services import KEPT, Access
from limen.clock import DAY, HOUR, Instant, to_iso
from limen.errors import LimenError
from limen.events import Event, Outcome as Happened
from limen.facts import Session
from limen.facts.access_rules import NOTHING_TO_ASK, AccessRules, ReviewRule
from limen.pillar import Core, GroupMemberships, NobodyLeftError
from limen.policy import Engine
from limen.storage import Transaction

MOST_AT_ONCE: Final = 200
"""Rows that are decided with one press."""
_AT_ONCE: Final = 200
_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(slots=True)
class Reviews:
    """What reviews do. Sessions that are given to it are live: whoever calls has just decided on them."""

    core: Core
    access: Access
    letters: Letters
    _reach: tuple[Engine, Reach] | None = None
    _failed: dict[str, tuple[Instant, Instant]] = field(default_factory=dict)
    """By the name of a rule the slot that could not begin, and when it is tried again."""

    # What people do

    async def start(self, name: str, by: str) -> Review:
        """Begin a review by the rule of this name. Raises LimenError where there is none, or nothing to review."""
        rule = self._rules().review(name)
        if rule is None:
            raise UnknownReviewError
        review = await self._begin(rule, slot=0, by=by)
        if review is None:
            raise NothingToReviewError
        return review

    async def decide(self, session: Session, review_id: str, several: Iterable[Told]) -> Counter[Outcome]:
        """Decide some rows, each by itself: what happened to how many. Raises AccessError."""
        done, asked = Counter[Outcome](), list[str]()
        for told in list(several)[:MOST_AT_ONCE]:
            outcome = await self._judged(session, review_id, lambda on, told=told: verdicts.decide(on, told))  # type: ignore[misc]
            done[outcome] += 1
            if outcome is Outcome.DONE and told.verdict is Verdict.ASK:
                asked.append(told.row_id)
        if asked:
            await self._ask(review_id, asked)
        return done

    async def undo(self, session: Session, review_id: str, row_id: str, version: int) -> Outcome:
        """Take back what one decided. Raises AccessError."""
        return await self._judged(session, review_id, lambda on: verdicts.undo(on, row_id, version))

    async def close(self, session: Session, review_id: str) -> None:
        """Close a review of which everything is decided; one with open rows closes by its time alone, so nobody has
        its default come sooner. Raises AccessError.
        """
        _refuse_program(session)
        review = await self.review(review_id)
        await self._on(session.person_id, lambda at: beginning.close(at, review))

    async def evidence(self, review_id: str, form: str, by: str) -> Evidence:
        """What was decided, as a signed file: `csv` or `pdf`. Raises LimenError."""
        review, rows, now = await self.review(review_id), await self.rows(review_id), self.core.clock.now()
        people = await self.core.database.reading(self.access.people.all)
        named = Named(
            {one.id: one.name for one in people.values()},
            {one.id: one.name for one in self.core.known.apps.values()},
            self.core.settings.name,
            self.core.settings.zone,
        )
        made = await asyncio.to_thread(evidence_of, form, review, rows, named, now, self.core.keyring)
        said = {"review": review.id, "name": review.name, "form": made.form}
        await self.core.write(lambda t: t.say(Event(at=now, kind="review.exported", actor=by, details={**said})))
        return made

    # What is known

    async def review(self, review_id: str) -> Review:
        """Raises UnknownReviewError."""
        found = await self.core.database.reading(lambda snapshot: store.review(snapshot.connection, review_id))
        if found is None:
            raise UnknownReviewError
        return found

    async def reviews(self) -> list[tuple[Review, Progress]]:
        """All of them, the newest first, with how far they are."""
        found = await self.core.database.reading(
            lambda snapshot: (store.reviews(snapshot.connection), store.progress(snapshot.connection))
        )
        return [(one, found[1].get(one.id, Progress())) for one in found[0]]

    async def rows(self, review_id: str) -> list[ReviewRow]:
        return await self.core.database.reading(lambda snapshot: store.rows(snapshot.connection, review_id))

    async def rows_for(self, review: Review, person_id: str) -> list[ReviewRow]:
        """What this person may decide now, or has decided."""
        now, person, rule = (
            self.core.clock.now(),
            self.core.known.people.get(person_id),
            self._rules().review(review.name),
        )
        if person is None:
            return []
        apps = self.core.known.apps
        able = {app.id for app in apps.values() if may_decide(rule, review, app, person, now)}
        rows = await self.rows(review.id) if able else []
        return [one for one in rows if one.app in able and person_id in one.may_be_decided_by(review, now)]

    # As time passes

    async def follow_calendar(self) -> None:
        """Remind, hand over, close what is over, and begin what is due, whatever is wrong with one of them."""
        now = self.core.clock.now()
        for review in await self.core.database.reading(lambda snapshot: store.open_reviews(snapshot.connection)):
            try:
                await self._follow(review, now)
            except Exception:  # noqa: BLE001 -- the others' ends are not to wait for it
                _log.exception("a review could not be followed")
        for rule in self._rules().reviews:
            await self._begin_due(rule, now)

    async def forget(self) -> None:
        """Drop what was closed long ago."""
        before = self.core.clock.now() - KEPT
        await self.core.database.writing(lambda transaction: store.forget(transaction.connection, before))

    # Inside

    async def _begin_due(self, rule: ReviewRule, now: Instant) -> None:
        """What can't begin is said, and tried again after a while: working all rows out is dear."""
        slot = rule.slot(now)
        failed_slot, again_at = self._failed.get(rule.name, (0, 0))
        if not slot or (slot == failed_slot and now < again_at):
            return
        try:
            if not await self.core.database.reading(lambda s: store.has_slot(s.connection, rule.name, slot)):
                await self._begin(rule, slot=slot, by="")
        except Exception as error:  # noqa: BLE001 -- so with what could not begin
            is_too_large = isinstance(error, TooManyRowsError)
            self._failed[rule.name] = (slot, now + (DAY if is_too_large else HOUR))
            _log.warning(
                "a review could not begin: %s", type(error).__name__, exc_info=not isinstance(error, LimenError)
            )
            said = {"name": rule.name, "slot": to_iso(slot)}
            reason = "too-many-rows" if is_too_large else "error"
            failure = Happened.FAILURE
            self.core.journal.record(
                Event(at=now, kind="review.failed", outcome=failure, reason=reason, details={**said})
            )

    async def _begin(self, rule: ReviewRule, *, slot: Instant, by: str) -> Review | None:
        """None where there is nothing to review, or another worker has begun it. Raises TooManyRowsError."""
        now = self.core.clock.now()
        past = await asyncio.to_thread(past_of, self.core.journal.reader, now)
        people, grants = await self.core.database.reading(
            lambda snapshot: (self.access.people.all(snapshot), access_store.live_grants(snapshot.connection, now))
        )
        risks = {one: risk.score for one in people if (risk := self.core.known.risk_of(one)).known}
        apps = dict(self.core.known.apps)
        known = Known(self._reach_now(), people, apps, grants, past, risks)
        review, rows = await asyncio.to_thread(beginning.prepared, rule, known, slot, now, by)
        if not rows and not slot:
            return None
        has_begun = await self._on(by, lambda at: beginning.begin(at, review, rows, self.letters))
        return review if has_begun else None

    async def _follow(self, review: Review, now: Instant) -> None:
        if now >= review.closes_at:
            await self._close(review)
            return
        rows = await self.rows(review.id)
        still_open = [one for one in rows if not one.is_decided]
        if review.escalates_at and now >= review.escalates_at and not review.escalated_at and still_open:

            def escalate(at: Occasion) -> None:
                if store.mark(at.transaction.connection, review.id, "escalated_at", now):
                    said = event_of("review.escalated", review, now, "", rows=len(still_open))
                    at.transaction.say(said)
                    self.letters.due(at, review, still_open)

            await self._on("", escalate)
        if review.reminds_at and now >= review.reminds_at and not review.reminded_at and still_open:

            def remind(at: Occasion) -> None:
                if store.mark(at.transaction.connection, review.id, "reminded_at", now):
                    self.letters.due(at, review, still_open)

            await self._on("", remind)

    async def _close(self, review: Review) -> None:
        """Decide what nobody has, row by row, and close it for good; where some of it could not be done (the database
        was busy), it stays open, and is closed when all is done.
        """
        still_open = [one for one in await self.rows(review.id) if not one.is_decided]
        kept = [one for one in still_open if not one.removes]
        batches = [kept[first : first + _AT_ONCE] for first in range(0, len(kept), _AT_ONCE)]
        batches += [[one] for one in still_open if one.removes]
        done = [await self._by_default(review, rows) for rows in batches]
        if all(done):
            await self._on("", lambda at: beginning.close(at, review))

    async def _by_default(self, review: Review, rows: list[ReviewRow]) -> bool:
        """All of these, or none. Whether it could be done: what hinders it now is no reason to let anybody keep it."""

        def decide(at: Occasion) -> None:
            for row in rows:
                verdicts.by_default(self._judging(at, review), row)

        def block(at: Occasion) -> None:
            for row in rows:
                verdicts.block(self._judging(at, review), row)

        try:
            try:
                await self._on("", decide)
            except NobodyLeftError:
                await self._on("", block)
        except LimenError as error:
            _log.warning("a review's rows wait for the next time: %s", type(error).__name__)
            return False
        return True

    async def _judged(self, session: Session, review_id: str, work: Callable[[Judging], Outcome]) -> Outcome:
        """One decision, in one transaction. What would leave nobody who could administer Limen is not done. Raises
        LimenError where it could not be kept.
        """
        _refuse_program(session)
        review = await self.review(review_id)
        try:
            return await self._on(session.person_id, lambda at: work(self._judging(at, review, session)))
        except RacedError:
            return Outcome.STALE
        except NobodyLeftError:
            return Outcome.BLOCKED

    async def _ask(self, review_id: str, row_ids: Iterable[str]) -> None:
        """Write to those whose access is asked about, once each."""
        review, wanted = await self.review(review_id), set(row_ids)
        rows = [one for one in await self.rows(review_id) if one.id in wanted]
        await self._on("", lambda at: self.letters.asked(at, review, rows))

    def _judging(self, at: Occasion, review: Review, session: Session | None = None) -> Judging:
        """`session` is that of whoever decides; None where it is the calendar."""
        now = store.review(at.transaction.connection, review.id) or review

        def is_borrowed(person_id: str) -> bool:
            return session is not None and self.access.is_borrowed(at.transaction, session, person_id)

        members, locked_out = self.core.offers.find(GroupMemberships), self.core.locked_out
        return Judging(at, now, self._reach_now(), members, locked_out, is_borrowed)

    def _reach_now(self) -> Reach:
        """What the policies in force open: worked out once for each revision, and anew where apps changed."""
        engine = self.core.engine()
        if self._reach is None or self._reach[0] is not engine:
            self._reach = (engine, Reach(engine, self.core.clock.now()))
        return self._reach[1]

    def _rules(self) -> AccessRules:
        return self.core.known.rules_of(AccessRules) or NOTHING_TO_ASK

    def _basis(self, transaction: Transaction) -> Basis:
        return Basis(self._rules(), self.core.known.apps, self.access.people.all(transaction))

    async def _on(self, by: str, work: Callable[[Occasion], T]) -> T:
        now = self.core.clock.now()

        def do(transaction: Transaction) -> T:
            return work(Occasion(transaction, self._basis(transaction), self.access.notices, now, by))

        return await self.core.write(do)


def _refuse_program(session: Session) -> None:
    """Reviews are decided by people who signed in with a passkey."""
    if not session.auth.interactive or session.auth.by_token or session.auth.strength < 3:
        raise NotYoursError
