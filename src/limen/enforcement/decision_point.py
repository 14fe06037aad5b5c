"""The decision point: it finds the session and the facts of a request, decides and journals. All entry points ask it.

Nothing fails open: whatever keeps a decision from being made or kept is a deny with its own named reason.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from hashlib import sha256
from time import perf_counter_ns
from typing import TYPE_CHECKING, ClassVar

import msgspec

from limen.clock import Clock, Instant
from limen.enforcement.authorization import Presented
from limen.enforcement.headers import TwiceError, cookie
from limen.enforcement.hosts import Hosts, plain_host
from limen.enforcement.paths import PathRefusedError
from limen.enforcement.reasons import BROKEN_GLASS, because, named
from limen.enforcement.request_action import MethodRefusedError, Route
from limen.enforcement.tied_sessions import TiedSessions
from limen.enforcement.traffic import Traffic
from limen.events import Event, Outcome
from limen.facts import LIMEN, App, Document, Facts, FactStore, Label, Session, SessionState
from limen.facts.tokens import token_hash
from limen.policy.decision import Decision, Effect, Named, Request
from limen.policy.engine import ONBOARDING
from limen.printable import is_printable
from limen.rate_limit import RateLimit
from limen.storage.break_glass import is_break_glass
from limen.ties import Ties

if TYPE_CHECKING:
    from limen.enforcement.cross_site import Sender
    from limen.enforcement.preflight import Preflight
    from limen.policy import Engine
    from limen.storage.journal import Journal

APP_COOKIE = b"__Host-limen-app"
_ONLY_OURS = APP_COOKIE + b"="
_OURS_BEGINS = len(_ONLY_OURS)
MAX_COOKIE_BYTES = 16_384
KEPT_PER_SECOND = 200
"""Of each kind of what strangers can cause, so many a second are written down one by one."""
KEPT_ON_THE_RESERVE = 2
"""Refusals a second that each door still writes down while the disk is full."""

_PERMIT = Effect.PERMIT
_OF_A_TOKEN = {
    SessionState.NOT_SIGNED_IN: Named.TOKEN_UNKNOWN,
    SessionState.ENDED: Named.TOKEN_EXPIRED,
    SessionState.REVOKED: Named.TOKEN_REVOKED,
    SessionState.OTHER_APP: Named.TOKEN_OUT_OF_SCOPE,
}
"""What is wrong with a token that is not live, by what it is worth as a session."""


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What an entry point is told. `id` names the decision in the journal; it is "" where nothing came to a decision.

    `word` is the first reason's name, or the trick that was refused before a decision. `session` is None unless it is
    live. `tied_until`: until when the tie holds that the request came with (0: it had none); `certificate` is the
    client's, as the front sent it.
    """

    effect: Effect
    word: str
    id: str = ""
    decision: Decision | None = None
    app: App | None = None
    session: Session | None = None
    route: Route | None = None
    tied_until: Instant = 0
    certificate: bytes = b""

    @property
    def permitted(self) -> bool:
        return self.effect is Effect.PERMIT

    def is_of(self, person_id: str) -> bool:
        """Whether this person's session asked."""
        return self.session is not None and self.session.person_id == person_id

    @property
    def facts(self) -> Facts | None:
        return self.decision.facts if self.decision is not None else None

    @property
    def needs_sign_in(self) -> bool:
        """Whether nobody is signed in and signing in would be the next step."""
        return self.effect is Effect.CHALLENGE and self.session is None


class DecisionPoint:
    """Asks for decisions about requests as they come off the wire, and has each of them journaled.

    `engine` gives that of the current revision. It is asked anew for every request, so a publication swaps one
    reference.
    """

    idles: ClassVar[bool] = True
    """Whether what stays open ends where the sign-in behind it idles out."""

    def __init__(
        self,
        *,
        known: FactStore,
        engine: Callable[[], Engine],
        journal: Journal,
        clock: Clock,
        break_glass: Callable[[Session, Instant], bool] = lambda _session, _now: False,
        ties: Ties | None = None,
    ) -> None:
        self.known = known
        self.hosts = Hosts(known)
        self.tied = TiedSessions(known, ties if ties is not None else Ties(secrets.token_bytes(32)), journal)
        self._break_glass = break_glass
        self.journal = journal
        self.clock = clock
        self._engine = engine
        self._flood = RateLimit(KEPT_PER_SECOND, KEPT_PER_SECOND)
        self._reserved = RateLimit(KEPT_ON_THE_RESERVE, KEPT_ON_THE_RESERVE)
        self.traffic = Traffic()

    def decide_request(
        self,
        door: str,
        method: bytes,
        host: bytes,
        target: bytes,
        cookies: bytes,
        address: str,
        presented: Presented | None = None,
        sender: Sender | None = None,
        certificate: bytes = b"",
    ) -> Answer:
        """Decide the request that `door` read off the wire: all of it raw, `target` in origin-form.

        `cookies` is the whole Cookie field, `address` the client's as far as trusted hops tell, `presented` a
        program's token, `sender` whose page sends what may change something, `certificate` the client's as a trusted
        front sent it. Never raises for anything a client can send.
        """
        routes = self.hosts.routes(host)
        if routes is None:
            return self.refuse(Named.UNKNOWN_HOST, door=door, address=address, host=host)
        app = routes.app
        try:
            route = routes.route(method, target)
        except PathRefusedError as refused:
            return self.refuse(refused.why, door=door, address=address, host=host)
        except MethodRefusedError:
            return self.refuse("method-refused", door=door, address=address, host=host)
        if route.public is not None:
            return self._let_through(door, app, route, address, Named.PUBLIC_ROUTE)
        now = self.clock.now()
        if presented is not None:
            return self._by_token(door, route, app, presented, cookies, address, now)
        session, wrong, facts = self._admitted(cookies, app, address, now)
        tied_until = 0
        if session is not None and (certificate or self.tied.are_expected(session, facts)):
            tied_until = self.tied.held_until(session, cookies, now)
            facts = self.tied.facts(facts, session, now, certificate, address, is_tied=bool(tied_until))
            if facts.session is None:
                session, wrong = None, SessionState.NOT_SIGNED_IN
        if sender is not None and session is not None and sender.is_foreign(app):
            return self._from_another_site(door, route, session, facts, now, sender)
        answer = self._decide(door, route, session, wrong, facts, now)
        if tied_until or certificate:
            return msgspec.structs.replace(answer, tied_until=tied_until, certificate=certificate)
        return answer

    def _admitted(self, cookies: bytes, app: App, address: str, now: Instant) -> tuple[Session | None, str, Facts]:
        """The live session of these cookies, what it is worth or what is wrong with them, and its facts."""
        known = self.known
        if cookies.startswith(_ONLY_OURS) and b";" not in cookies:  # the one cookie that most requests have
            token, wrong = cookies[_OURS_BEGINS:], ""
        else:
            token, wrong = _token(cookies)
        if not token:
            return None, wrong or SessionState.NOT_SIGNED_IN, known.facts(None, app, address)
        session, state, facts = known.admit(sha256(token).digest(), app, address, now)
        if session is None and state is SessionState.NOT_SIGNED_IN:
            wrong = Named.SESSION_UNKNOWN
        return session, wrong or state, facts

    def decide_preflight(
        self, door: str, host: bytes, target: bytes, preflight: Preflight, address: str
    ) -> Answer | None:
        """Whether Limen gives a preflight leave; None where its origin is not declared for the app: then it is a
        request like any other. A permit is for the answer that Limen gives itself, never for passing anything on.
        """
        routes = self.hosts.routes(host)
        if routes is None or preflight.origin not in routes.app.cors.origins:
            return None
        try:
            route = routes.route(b"OPTIONS", target)
        except PathRefusedError as refused:
            return self.refuse(refused.why, door=door, address=address, host=host)
        undeclared = preflight.undeclared(routes.app.cors)
        if undeclared:
            return self.refuse("cors-undeclared", door=door, address=address, host=host, detail=undeclared)
        return self._let_through(door, routes.app, route, address, Named.CORS_PREFLIGHT)

    def _by_token(
        self, door: str, route: Route, app: App, presented: Presented, cookies: bytes, address: str, now: Instant
    ) -> Answer:
        """Decide about a program with a token. Its scope is looked at before any policy: they can't widen it."""
        known = self.known
        if APP_COOKIE in cookies:  # two ways to say who asks are one too many
            facts = known.facts(None, app, address)
            return self._refused_token(door, route, facts, None, Named.TOKEN_AND_SESSION, now)
        if not presented.secret:
            return self._decide(door, route, None, Named.TOKEN_UNKNOWN, known.facts(None, app, address), now)
        session, state, facts = known.admit_with_token(token_hash(presented.secret), app, address, now)
        if session is None:
            wrong = _OF_A_TOKEN.get(state, state)
            if wrong is Named.TOKEN_OUT_OF_SCOPE:
                return self._refused_token(door, route, facts, None, wrong, now)
            return self._decide(door, route, None, wrong, facts, now)
        if route.request.action not in session.actions:
            return self._refused_token(door, route, facts, session, Named.TOKEN_OUT_OF_SCOPE, now)
        return self._decide(door, route, session, state, facts, now)

    def _refused_token(
        self, door: str, route: Route, facts: Facts, session: Session | None, name: Named, now: Instant
    ) -> Answer:
        address = facts.place.address
        if session is None and not self._flood.admits("strangers", now):
            facts, address = self.known.facts(None, facts.app, ""), ""
        decision = named(name, Effect.DENY, route.request, facts, now)
        return self._keep(decision, facts.app, session, route, door, address)

    def decide_session(
        self,
        door: str,
        app: App,
        session: Session | None,
        request: Request,
        address: str,
        document: Document | None = None,
    ) -> Answer:
        """Decide about a session that is already at hand: the sign-in host's own rooms, and apps without a host, which
        are asked for there. `document`: what is asked for in the app.
        """
        now = self.clock.now()
        own = app.id if app.host and app.id != LIMEN else ""
        state: str = self.known.session_state(session, own, now)
        if state == SessionState.LIVE and session is not None:
            self.known.used(session, now)
        else:
            session = None
        facts = self.known.facts(session, app, address)
        facts = facts if document is None else facts.about(document)
        route = Route(request, request.route)
        if session is not None and is_break_glass(session):
            return self._outside(door, route, session, facts, now)
        return self._decide(door, route, session, state, facts, now)

    def decide_sign_on(
        self, entry_point: str, app: App, session: Session | None, address: str, *, is_present: bool
    ) -> Answer:
        """Decide about signing in to an app by a protocol: looking at it, in a session of the sign-in host.

        `is_present`: the person is there. What a program does in their name keeps no session from idling out.
        """
        now = self.clock.now()
        state = self.known.session_state(session, "", now)
        if state is not SessionState.LIVE or session is None or is_break_glass(session):
            session = None
        elif is_present:
            self.known.used(session, now)
        facts = self.known.facts(session, app, address)
        return self._decide(entry_point, Route(Request("view"), ""), session, state, facts, now)

    def decide_facts(self, door: str, request: Request, facts: Facts) -> Answer:
        """Decide on facts that are at hand while there is no session yet: signing in."""
        now = self.clock.now()
        route, began = Route(request, request.route), perf_counter_ns()
        shut = self.shut()
        if shut is not None and not self._is_needed(shut, facts, now):
            decision = named(shut, Effect.DENY, request, facts, now)
        else:
            try:
                decision = self._engine().decide(request, facts, now)
            except Exception:  # noqa: BLE001 -- whatever went wrong, the answer is no
                decision = named(Named.POLICY_ERROR, Effect.DENY, request, facts, now)
        micros = (perf_counter_ns() - began) / 1_000
        kept = self.journal.decided(door, decision, "", facts.place.address, micros)
        return Answer(decision.effect, _word(decision), kept, decision, facts.app, None, route)

    def why_ended(self, answer: Answer) -> str:
        """Why the session behind an open stream is over ("": it is not, or there is none). No policy is asked."""
        if answer.session is None or answer.app is None:
            return ""
        session = self.known.issued(answer.session.id)
        if session is None:
            return Named.SESSION_REVOKED
        state = self.known.session_state(session, session.app, self.clock.now(), idles=self.idles)
        return "" if state is SessionState.LIVE else state

    def re_check(self, answer: Answer, address: str) -> tuple[str, Instant | None]:
        """Decide an open stream anew: ("", the instant to look again) or (the reason for cutting it, None)."""
        app = self.known.apps.get(answer.app.id) if answer.app else None
        if app is None or answer.route is None:
            return Named.UNKNOWN_HOST, None
        if answer.word == Named.PUBLIC_ROUTE:
            return "", None
        over = self.why_ended(answer) or self.shut()
        if over:
            return over, None
        session = self.known.issued(answer.session.id) if answer.session else None
        now = self.clock.now()
        is_tied = now < answer.tied_until
        try:
            facts = self.facts_again(answer, session, app, address, now)
            decision = self._engine().decide(answer.route.request, facts, now)
            if decision.effect is not Effect.PERMIT:
                return _word(decision), None
            unchanged_until = decision.unchanged_until
        except Exception:  # noqa: BLE001 -- whatever went wrong, the answer is no
            return Named.POLICY_ERROR, None
        ends_at = self.known.ends_at(session, idles=self.idles) if session else None
        tie_ends_at = answer.tied_until if is_tied else None
        return "", min([at for at in (unchanged_until, ends_at, tie_ends_at) if at is not None], default=None)

    def decide_document(self, door: str, answer: Answer, document: Document, address: str) -> Answer:
        """Decide about a document that an app hands out where `answer` permitted to ask for it, before it passes on.

        It is decided by what is known now: who was revoked meanwhile gets nothing. A public route hands out documents
        that are labelled public; any other needs somebody whom the policies permit it.
        """
        app = self.known.apps.get(answer.app.id) if answer.app else None
        if app is None or answer.route is None:
            return self.refuse(Named.UNKNOWN_HOST, door=door, address=address)
        if answer.word == Named.PUBLIC_ROUTE and document.label is Label.PUBLIC:
            return answer
        over = self.why_ended(answer)
        session = self.known.issued(answer.session.id) if answer.session and not over else None
        now = self.clock.now()
        facts = self.facts_again(answer, session, app, address, now).about(document)
        return self._decide(door, answer.route, session, over or SessionState.NOT_SIGNED_IN, facts, now)

    def may_refuse_document(self, answer: Answer, address: str) -> bool:
        """Whether any document might be refused to whom `answer` let in, by what is known now: its label is not known
        before it is read.
        """
        app = self.known.apps.get(answer.app.id) if answer.app else None
        if app is None or answer.route is None or answer.session is None or self.why_ended(answer):
            return True
        if self.clock.monotonic() >= self.known.lease_until or not self.journal.writable:
            return True
        now = self.clock.now()
        facts = self.facts_again(answer, self.known.issued(answer.session.id), app, address, now)
        try:
            engine = self._engine()
            decided = [engine.decide(answer.route.request, facts.about(Document("", one)), now) for one in Label]
            return engine.names_documents or any(one.effect is not _PERMIT for one in decided)
        except Exception:  # noqa: BLE001 -- whatever went wrong, nothing passes before it is decided
            return True

    def facts_now(self, answer: Answer, address: str) -> Facts | None:
        """The facts by now of whom `answer` let in; None where the app is gone."""
        app = self.known.apps.get(answer.app.id) if answer.app else None
        if app is None:
            return None
        session = self.known.issued(answer.session.id) if answer.session else None
        return self.facts_again(answer, session, app, address, self.clock.now())

    def facts_again(self, answer: Answer, session: Session | None, app: App, address: str, now: Instant) -> Facts:
        """The facts of an open stream as they are by now; `session` is the newest state of the answer's."""
        facts = self.known.facts(session, app, address)
        if session is None:
            return facts
        is_tied = now < answer.tied_until
        return self.tied.facts(facts, session, now, answer.certificate, address, is_tied=is_tied, is_new=False)

    def refuse(
        self,
        word: str,
        *,
        door: str,
        address: str,
        host: bytes = b"",
        detail: str = "",
        app: App | None = None,
        session: Session | None = None,
    ) -> Answer:
        """Refuse, and have it journaled, without a decision: there is no app, or no one reading of the request; or
        somebody who is signed in wants too much at once.
        """
        of_app = app.host.encode() if app is not None else host
        about = app.id if app is not None else ""
        self.tell(
            "request.refused", word, door=door, address=address, host=of_app, detail=detail, app=about, session=session
        )
        return Answer(Effect.DENY, str(word))

    def tell(
        self,
        kind: str,
        word: str,
        *,
        door: str,
        address: str,
        host: bytes = b"",
        detail: str = "",
        app: str = "",
        session: Session | None = None,
    ) -> None:
        """Have something journaled that strangers can cause; of a flood, so many a second and a count of the rest.

        What somebody does who is signed in is counted by itself: no stranger's flood takes its place. `app` is the id
        of the one on whose timeline it stands.
        """
        now = self.clock.now()
        flood = kind if session is None else f"{kind} of {session.person_id}"
        if not self._flood.admits(flood, now):
            return
        details: dict[str, str | int | bool] = {"door": door}
        if host:
            details["host"] = plain_host(host)[:253]
        if app:
            details["app"] = app
        if detail:
            details["detail"] = detail[:100]
        left_out = self._flood.refused(flood)
        if left_out:
            details["left_out"] = left_out
        self.journal.record(
            Event(
                at=now,
                kind=kind,
                outcome=Outcome.FAILURE,
                actor=session.person_id if session is not None else "",
                session=session.id if session is not None else "",
                address=address,
                reason=str(word),
                details=details,
            )
        )

    # Inside

    def _decide(
        self, door: str, route: Route, session: Session | None, state: str, facts: Facts, now: Instant
    ) -> Answer:
        began = perf_counter_ns()
        app, address = facts.app, facts.place.address
        if self.clock.monotonic() >= self.known.lease_until or not self.journal.writable:
            shut = self.shut() or Named.JOURNAL_UNWRITABLE
            if not self._is_needed(shut, facts, now):
                return self._keep_shut(named(shut, Effect.DENY, route.request, facts, now), session, route, door)
        try:
            decision = self._engine().decide(route.request, facts, now)
        except Exception:  # noqa: BLE001 -- whatever went wrong, the answer is no
            decision = named(Named.POLICY_ERROR, Effect.DENY, route.request, facts, now)
        effect = decision.effect
        alias = ""
        if session is not None:
            alias = session.id
        elif effect is not _PERMIT:
            if not self._flood.admits("strangers", now):
                decision, address = self._from_nowhere(decision), ""
            decision = because(decision, state)
        kept = self.journal.decided(door, decision, alias, address, (perf_counter_ns() - began) / 1_000)
        if app.onboarding_until:
            self._note(door, route, decision, session, kept)
        return Answer(effect, decision.reasons[0].policy, kept, decision, app, session, route)

    def _from_another_site(
        self, door: str, route: Route, session: Session, facts: Facts, now: Instant, sender: Sender
    ) -> Answer:
        """Refuse what another site sends in a person's name. While the app is in onboarding it passes where the person
        would, and is counted, as all that would be refused; not so WebSockets.
        """
        app, address = facts.app, facts.place.address
        origin = sender.origin.decode("latin-1")
        told = origin if origin and is_printable(origin) else "unsaid"
        host = app.host.encode()
        self.tell(
            "request.cross_site", Named.CROSS_SITE, door=door, address=address, host=host, detail=told, app=app.id
        )
        shut = self.shut()
        if shut is not None:
            return self._keep_shut(named(shut, Effect.DENY, route.request, facts, now), session, route, door)
        decision = named(Named.CROSS_SITE, Effect.DENY, route.request, facts, now)
        if sender.may_onboard and app.is_onboarding(now):
            decision = self._while_onboarding(decision)
        return self._keep(decision, app, session, route, door, address)

    def _while_onboarding(self, refused: Decision) -> Decision:
        """The permit that the policies, or the onboarding, give without regard to what refused it; or that refusal."""
        try:
            decision = self._engine().decide(refused.request, refused.facts, refused.now)
        except Exception:  # noqa: BLE001 -- whatever went wrong, the answer is no
            return refused
        if decision.effect is not Effect.PERMIT:
            return decision
        others = tuple(one for one in decision.reasons if one.effect == "forbid" or one.policy == Named.NOTHING_PERMITS)
        return msgspec.structs.replace(decision, reasons=(*ONBOARDING, *refused.reasons, *others))

    def _outside(self, door: str, route: Route, session: Session, facts: Facts, now: Instant) -> Answer:
        """Break-glass is outside of the policies: it opens the console, even where every other door is shut, and that
        is all it does. Its use was journaled before it opened, where a full disk does not matter.
        """
        app = facts.app
        opens = app.id == LIMEN and route.request.action == "administer" and self._break_glass(session, now)
        decision = named(Named.BREAK_GLASS, Effect.PERMIT if opens else Effect.DENY, route.request, facts, now)
        if opens:
            decision = msgspec.structs.replace(decision, reasons=(BROKEN_GLASS,))
        return self._keep(decision, app, session, route, door, facts.place.address)

    def _from_nowhere(self, decision: Decision) -> Decision:
        """The same refusal without the address: in a flood from many addresses, one event counts them all."""
        facts = self.known.facts(None, decision.facts.app, "")
        try:
            again = self._engine().decide(decision.request, facts, decision.now)
        except Exception:  # noqa: BLE001 -- then the first answer is kept as it is
            return decision
        return decision if again.effect is Effect.PERMIT else again

    def _let_through(self, door: str, app: App, route: Route, address: str, name: Named) -> Answer:
        now = self.clock.now()
        facts = self.known.facts(None, app, address)
        shut = self.shut()
        if shut is not None:
            return self._keep_shut(named(shut, Effect.DENY, route.request, facts, now), None, route, door)
        return self._keep(named(name, Effect.PERMIT, route.request, facts, now), app, None, route, door, address)

    def shut(self) -> Named | None:
        """Why every door is shut at this moment, or None."""
        if self.clock.monotonic() >= self.known.lease_until:
            return Named.LEASE_EXPIRED
        if not self.journal.writable:
            return Named.DISK_FULL if self.journal.lives_on_its_reserve else Named.JOURNAL_UNWRITABLE
        return None

    def _is_needed(self, shut: Named, facts: Facts, now: Instant) -> bool:
        """Whether this is Limen itself, asked by somebody whom the policies let administer it, while the disk is full:
        whoever makes room and takes access away must get in. What is let through is decided and kept like ever.
        """
        if shut is not Named.DISK_FULL or facts.app.id != LIMEN:
            return False
        try:
            return self._engine().decide(Request("administer"), facts, now).effect is not Effect.DENY
        except Exception:  # noqa: BLE001 -- whatever went wrong, the answer is no
            return False

    def _keep_shut(self, decision: Decision, session: Session | None, route: Route, door: str) -> Answer:
        """Keep a refusal at a shut door; while the disk is full, few of them: they would eat what is set aside."""
        facts = decision.facts
        if decision.reasons[0].policy == Named.DISK_FULL and not self._reserved.admits(door, decision.now):
            return Answer(decision.effect, _word(decision), "", decision, facts.app, session, route)
        return self._keep(decision, facts.app, session, route, door, facts.place.address)

    def _keep(
        self, decision: Decision, app: App, session: Session | None, route: Route, door: str, address: str
    ) -> Answer:
        kept = self.journal.decided(door, decision, session.id if session else "", address, 0.0)
        if app.onboarding_until:
            self._note(door, route, decision, session, kept)
        return Answer(decision.effect, _word(decision), kept, decision, app, session, route)

    def _note(self, door: str, route: Route, decision: Decision, session: Session | None, kept: str) -> None:
        """Count what is asked of an app in onboarding; what the portal asks by itself is no request to it."""
        if door != "sign-in" and decision.facts.app.is_onboarding(decision.now):
            self.traffic.note(route.path, decision, session.person_id if session is not None else "", kept)


def _token(cookies: bytes) -> tuple[bytes, str]:
    """The session token among `cookies`, or b"" and what is wrong with them ("": there is none)."""
    if len(cookies) > MAX_COOKIE_BYTES:
        return b"", Named.BAD_REQUEST
    try:
        return cookie(cookies, APP_COOKIE), ""
    except TwiceError:
        return b"", Named.DUPLICATE_COOKIE


def _word(decision: Decision) -> str:
    reasons = decision.reasons
    return reasons[0].policy if reasons else Named.NOTHING_PERMITS
