"""Requests and grants, put together: what people do with them, and what time does. Used on the event loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from limen.access import flow_requests, grants, requests, store
from limen.access.errors import (
    AccessError,
    BorrowedPasskeyError,
    HastyError,
    NoRuleError,
    NotYoursError,
    SamePersonError,
    StaleProofError,
)
from limen.access.flow_judge import FlowJudge
from limen.access.model import AccessRequest, EndedBy, HeldGrant, RequestState
from limen.access.notices import INBOX, Notices
from limen.access.occasion import CHANGED, Basis, Occasion, event_of
from limen.access.projection import GrantsHeld
from limen.access.requests import ApprovesOn, Wanted
from limen.clock import DAY, MINUTE, Instant, Milliseconds
from limen.events import Event, Outcome
from limen.facts import App, Person, Session
from limen.facts.access_rules import NOTHING_TO_ASK, AccessRules
from limen.pillar import (
    Askable,
    CompanyPeople,
    Core,
    DeviceResponses,
    JudgedFlow,
    PasskeyOrigins,
    WaitingRequest,
)
from limen.rate_limit import RateLimit
from limen.storage import Snapshot, Transaction

FRESH: Final[Milliseconds] = 5 * MINUTE
"""How recently whoever approves used their passkey."""
MOST_DECIDED: Final = 60
"""So often in a minute one person decides about requests, or tries to: each time is journaled."""
SETTLED: Final[Milliseconds] = DAY
"""For so long a passkey that a link to get back in has added approves nothing: their person is told of it by mail."""
SHARED: Final[Milliseconds] = 7 * DAY
"""Whoever signed in within it with the same browser as who asks is taken for one with them."""
KEPT: Final[Milliseconds] = 400 * DAY
"""Grants and requests are kept for a year's review after they are over, and somewhat longer."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Access:
    """What access does. Sessions that are given to it are live: whoever calls has just decided on them."""

    core: Core
    held: GrantsHeld
    people: CompanyPeople
    notices: Notices
    _often: RateLimit = field(default_factory=lambda: RateLimit(per_second=1, at_once=MOST_DECIDED))
    flows: FlowJudge = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "flows", FlowJudge(self.core))

    # What people do

    async def ask(
        self,
        session: Session,
        app: str,
        actions: tuple[str, ...],
        length_ms: Milliseconds,
        reason: str,
        *,
        ticket: str = "",
        extends: str = "",
    ) -> AccessRequest:
        """Somebody asks for access, or ("extends") for what they have to last longer. Where nobody has to approve it,
        it is granted when this returns. Raises AccessError; StaleProofError where that needs a passkey used just now.
        """
        if not session.auth.interactive:
            raise AccessError("A program can't ask for access", "sign in, and ask yourself")
        asker = self.core.known.people.get(session.person_id)
        known = self.core.known.apps.get(app)
        if asker is not None and known is not None and any(self._is_automatic(asker, known, one) for one in actions):
            self._refuse_stale(session)
        wanted = Wanted(
            person_id=session.person_id,
            app=app,
            actions=actions,
            length_ms=length_ms,
            reason=reason,
            ticket=ticket,
            device_id=session.device_id,
            extends=extends,
        )
        return await self._on(session.person_id, lambda at: requests.ask(at, wanted))

    async def ask_for_flow(
        self,
        session: Session,
        source: str,
        destination: str,
        service: str,
        purpose: str,
        *,
        review: str = "",
        expires: str = "",
        knows_all: bool = False,
    ) -> AccessRequest:
        """Somebody asks for a flow of the network, in the words of network.yaml; days are ISO 8601. `knows_all`: they
        may read the whole network. Raises LimenError, also where it may not be or is there already.
        """
        if not session.auth.interactive:
            raise AccessError("A program can't ask for access", "sign in, and ask yourself")
        asker = self.core.known.people.get(session.person_id)
        if asker is None or not self.may_ask_for_flows(asker):
            raise NoRuleError
        words = source, destination, service, review, expires
        judged = await self.flows.judged(session.person_id, *words, knows_all=knows_all)
        return await self._on(
            session.person_id,
            lambda at: flow_requests.ask(at, session.person_id, judged, purpose, session.device_id),
        )

    async def approve(
        self, session: Session, request_id: str, *, at_most: Milliseconds = 0
    ) -> tuple[AccessRequest, HeldGrant | None]:
        """Approve the step that is due, for `at_most` (0: as it was asked for); what was granted where that was the
        last one. Raises AccessError.
        """
        owner_of = self.core.offers.find(DeviceResponses)
        judged: JudgedFlow | None = None

        def work(at: Occasion) -> tuple[AccessRequest, HeldGrant | None]:
            request = store.request(at.transaction.connection, request_id)
            asker = request.person_id if request is not None else ""
            if self.is_borrowed(at.transaction, session, asker):
                raise BorrowedPasskeyError
            owner = owner_of.owner_of(at.transaction, session.device_id) if owner_of and session.device_id else ""
            since = at.now - SHARED
            is_shared = self.people.share_a_browser(at.transaction, session.person_id, asker, since)
            on = ApprovesOn(session.device_id, owner, is_shared)
            return requests.approve(at, request_id, on, at_most=at_most, judged=judged)

        self._refuse_hasty(session)
        with _Told(self.core, session, request_id):
            self._refuse_stale(session)
            judged = await self.flows.decided_by(session.person_id, await self.request(request_id))
            return await self._on(session.person_id, work)

    async def refuse(self, session: Session, request_id: str, why: str = "") -> AccessRequest:
        """Raises AccessError."""
        self._refuse_hasty(session)
        with _Told(self.core, session, request_id):
            _refuse_program(session)
            return await self._on(session.person_id, lambda at: requests.refuse(at, request_id, why))

    async def withdraw(self, session: Session, request_id: str) -> AccessRequest:
        """Raises AccessError."""
        self._refuse_hasty(session)
        return await self._on(session.person_id, lambda at: requests.withdraw(at, request_id))

    async def give_back(self, session: Session, grant_id: str) -> None:
        """Somebody needs what they were granted no longer. Raises AccessError."""
        await self._on(session.person_id, lambda at: grants.give_back(at, grant_id))

    async def revoke(self, session: Session, grant_id: str, why: str = "", *, is_administrator: bool) -> HeldGrant:
        """Take a grant away: it is gone everywhere when this returns. `is_administrator`: a policy lets them administer
        Limen; whoever approved it may as well. Raises AccessError.
        """
        _refuse_program(session)

        def work(at: Occasion) -> HeldGrant:
            return grants.revoke(at, grant_id, why, is_administrator=is_administrator)

        return await self._on(session.person_id, work)

    # What is known

    def asked(self, person: Person, app: App, action: str) -> Askable | None:
        """By which rule somebody may ask for this; None where none lets them."""
        return askable(self._rules(), person, app, action)

    def may_ask_for_flows(self, person: Person) -> bool:
        """Whether somebody may ask for flows of the network, and there is one."""
        rule = self._rules().flows
        return rule is not None and rule.may_ask(person) and self.flows.are_there

    async def approved_flows(self, since: Instant) -> list[AccessRequest]:
        """Requests for flows that were approved from then on, the newest first: published or not."""
        return await self.core.database.reading(lambda snapshot: store.approved_flows(snapshot.connection, since))

    async def inbox(self, person_id: str) -> list[AccessRequest]:
        """What this person may approve now, the oldest first."""
        now = self.core.clock.now()
        several = await self.core.database.reading(lambda snapshot: store.open_requests(snapshot.connection, person_id))
        return [one for one in several if person_id in one.approvers(now)]

    async def request(self, request_id: str) -> AccessRequest | None:
        return await self.core.database.reading(lambda snapshot: store.request(snapshot.connection, request_id))

    async def deciders(self, request_id: str, grant_id: str) -> frozenset[str]:
        """Those who may decide about a request at one step or another, and those who approved a grant."""

        def read(snapshot: Snapshot) -> frozenset[str]:
            request = store.request(snapshot.connection, request_id) if request_id else None
            grant = store.grant(snapshot.connection, grant_id) if grant_id else None
            able = {one for step in request.steps for one in step} | {*request.escalates_to} if request else set()
            return frozenset(able | {*(grant.approvers if grant else ())})

        return await self.core.database.reading(read)

    async def requests_of(self, person_id: str) -> list[AccessRequest]:
        """What somebody asked for, the newest first."""
        return await self.core.database.reading(lambda snapshot: store.requests_of(snapshot.connection, person_id))

    async def everything(self, since: Instant) -> tuple[list[AccessRequest], list[HeldGrant]]:
        """Everybody's requests made from then on, and grants that were not over by then, the newest first."""

        def read(snapshot: Snapshot) -> tuple[list[AccessRequest], list[HeldGrant]]:
            return store.every_request(snapshot.connection, since), store.every_grant(snapshot.connection, since)

        return await self.core.database.reading(read)

    async def grants_of(self, person_id: str, since: Instant = 0) -> list[HeldGrant]:
        """What somebody was granted that was not over by then, the newest first."""
        return await self.core.database.reading(lambda snapshot: store.grants_of(snapshot.connection, person_id, since))

    def waiting(self, snapshot: Snapshot, request_id: str) -> WaitingRequest | None:
        """A request that waits for an answer, as a chat tells it; None where none is waited for any more."""
        found = store.request(snapshot.connection, request_id)
        if found is None or not found.approvers(self.core.clock.now()):
            return None
        who, app = self.core.known.people.get(found.person_id), self.core.known.apps.get(found.app)
        return WaitingRequest(who.name if who is not None else "", app.name if app is not None else found.about, INBOX)

    def is_borrowed(self, snapshot: Snapshot, session: Session, other_id: str) -> bool:
        """Whether the passkey of this session may be in the hands of that other person, or of whoever helped today."""
        origins = self.core.offers.take(PasskeyOrigins)
        return origins.may_be_borrowed(snapshot, session.id, other_id, self.core.clock.now() - SETTLED)

    # As time passes: nothing ends by this, it is only told

    async def tell_ended(self) -> None:
        """Write down which grants and requests are over, and end for good what a lost device has ended already."""
        now = self.core.clock.now()
        run_out, over = await self.core.database.reading(lambda snapshot: _over(snapshot, now))
        if run_out or over or self.held.orphaned:
            orphaned = frozenset(self.held.orphaned)
            await self.core.write(lambda t: _tell_ended(t, now, orphaned))

    async def escalate(self) -> None:
        """Tell those who may approve by now what nobody else has answered."""
        now = self.core.clock.now()

        def waiting(snapshot: Snapshot) -> list[AccessRequest]:
            told = store.escalated(snapshot.connection)
            return [
                one
                for one in store.open_requests(snapshot.connection)
                if one.escalates_at and one.escalates_at <= now < one.expires_at and one.id not in told
            ]

        if not (several := await self.core.database.reading(waiting)):
            return

        def work(at: Occasion) -> None:
            for one in several:
                store.keep_escalated(at.transaction.connection, one.id, now)
                at.say("access.escalated", one, request=one.id)
                at.notices.asked(at.transaction, at.basis, one, one.escalates_to, now)

        await self._on("", work)

    async def forget(self) -> None:
        """Drop what was over long ago."""
        before = self.core.clock.now() - KEPT

        def work(transaction: Transaction) -> None:
            store.forget_grants(transaction.connection, before)
            store.forget_requests(transaction.connection, before)

        await self.core.database.writing(work)

    # Inside

    async def _on(self, by: str, work: Callable[[Occasion], T]) -> T:
        """Do it in one transaction, and return when every worker knows it and the journal has it."""
        now = self.core.clock.now()
        return await self.core.write(lambda t: work(Occasion(t, self._basis(t), self.notices, now, by)))

    def _basis(self, transaction: Transaction) -> Basis:
        return Basis(self._rules(), self.core.known.apps, self.people.all(transaction))

    def _rules(self) -> AccessRules:
        return self.core.known.rules_of(AccessRules) or NOTHING_TO_ASK

    def _is_automatic(self, person: Person, app: App, action: str) -> bool:
        rule = self._rules().rule_for(person, app, action)
        return rule is not None and rule.is_automatic(app)

    def _refuse_hasty(self, session: Session) -> None:
        """Raises HastyError."""
        if not self._often.admits(session.person_id, self.core.clock.now()):
            raise HastyError

    def _refuse_stale(self, session: Session) -> None:
        """Raises StaleProofError where no passkey was used within `FRESH`, by somebody who is there."""
        auth, now = session.auth, self.core.clock.now()
        if auth.by_token or auth.strength < 3 or not now - FRESH <= auth.at <= now:
            raise StaleProofError


def askable(rules: AccessRules, person: Person, app: App, action: str) -> Askable | None:
    """By which rule somebody may ask for this; None where none lets them."""
    rule = rules.rule_for(person, app, action)
    if rule is None:
        return None
    return Askable(rule.name, rule.longest_ms, rule.reason_length, rule.ticket, rule.is_automatic(app))


def _refuse_program(session: Session) -> None:
    if not session.auth.interactive:
        raise NotYoursError


class _Told:
    """Writes down who tried to decide what is not theirs to decide, or without a passkey used just now."""

    def __init__(self, core: Core, session: Session, request_id: str) -> None:
        self._core, self._session, self._request_id = core, session, request_id

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: object) -> None:
        if (word := _WORDS.get(kind)) is None:
            return
        self._core.journal.record(
            Event(
                at=self._core.clock.now(),
                kind="access.denied",
                outcome=Outcome.FAILURE,
                actor=self._session.person_id,
                session=self._session.id,
                device=self._session.device_id,
                address=self._session.address,
                reason=word,
                details={"request": self._request_id[:40]},
            )
        )


_WORDS: Final[dict[type[BaseException] | None, str]] = {
    NotYoursError: "not-theirs",
    SamePersonError: "same-person",
    StaleProofError: "no-fresh-passkey",
    BorrowedPasskeyError: "passkey-by-link",
}


def _over(snapshot: Snapshot, now: Instant) -> tuple[list[HeldGrant], list[AccessRequest]]:
    """The grants and requests whose time is over, and nobody has said so."""
    several = store.open_requests(snapshot.connection)
    return store.run_out(snapshot.connection, now), [one for one in several if now >= one.expires_at]


def _tell_ended(transaction: Transaction, now: Instant, orphaned: frozenset[str]) -> None:
    run_out, over = _over(transaction, now)
    for grant in run_out:
        if store.end_grant(transaction.connection, grant.id, now, "", EndedBy.EXPIRED.value):
            transaction.changed(CHANGED, grant.person_id)
            transaction.say(event_of("access.expired", grant, now, "", what="grant", grant=grant.id))
    for request in over:
        if store.keep_decision(transaction.connection, replace(request, state=RequestState.EXPIRED, decided_at=now)):
            transaction.say(event_of("access.expired", request, now, "", what="request", request=request.id))
    lost = [one for one in store.live_grants(transaction.connection, now) if one.id in orphaned]
    grants.end_several(transaction, lost, now, "", EndedBy.DEVICE)
