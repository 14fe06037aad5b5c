"""Signing in at an upstream issuer: away with a single-use state, back with an answer, and what is then vouched for.

One journey for all protocols: each issuer has a return address of its own, its answer is taken once, in the browser
that was sent away, and what it proves counts by the company's rules. What is asked and what an answer proves is its
protocol's (`oidc_upstream`, `saml_upstream`); who is meant by it is for identity to say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from limen.admission import network_of
from limen.browser_state import BrowserStates, StateRefusedError
from limen.clock import MINUTE, SECOND, Clock
from limen.facts import Issuer, Vouched
from limen.rate_limit import RateLimit
from limen.sso.upstream import tokens
from limen.sso.upstream.fetching import IssuerError
from limen.sso.upstream.journey import (
    Answer,
    Intent,
    Journey,
    Proved,
    Returned,
    ReturnRefusedError,
    SessionThere,
    Upstream,
)
from limen.sso.upstream.kept_documents import Health
from limen.sso.upstream.oidc_upstream import OidcUpstream
from limen.sso.upstream.saml_upstream import SamlUpstream
from limen.sso.upstream.tokens import SKEW, TokenRefusedError

STATE_SECONDS: Final = 15 * MINUTE // SECOND
_PURPOSE: Final = "upstream sign-in"
_LEAVING: Final = "upstream sign-out"
_LONGEST_TO: Final = 1_800
"""In bytes; whoever wanted to go to a longer address begins at the start."""
_LONGEST_TOKEN: Final = 100
_LONGEST_SID: Final = 255
_MOST_CLAIMS: Final = 100
_LONGEST_CLAIM: Final = 200
_TOO_FAST: Final = "too-fast"
"""Says nothing of the issuer."""


@dataclass(slots=True)
class Upstreams:
    """The issuers in force, and the journeys to them. `make` makes what speaks to one of them; `with_secrets` are the
    issuers (by their address) for which there is a secret.

    Used on the event loop alone.
    """

    known: Callable[[], Mapping[str, Issuer]]
    states: BrowserStates
    clock: Clock
    make: Callable[[Issuer], Upstream]
    with_secrets: Callable[[], Awaitable[frozenset[str]]]
    _proven: frozenset[str] = frozenset()
    _clients: dict[str, Upstream] = field(default_factory=dict)
    _leaving: RateLimit = field(default_factory=lambda: RateLimit(per_second=1, at_once=100))
    _pace: RateLimit = field(default_factory=lambda: RateLimit(per_second=0.5, at_once=20))

    # Which there are

    def all(self) -> list[Issuer]:
        """Every issuer in force, as the company lists them."""
        return list(self.known().values())

    def offered(self) -> list[Issuer]:
        """Those that people are offered: one to which Limen can't prove itself would take them in vain."""
        return [one for one in self.all() if not one.needs_secret or one.url in self._proven]

    async def look(self) -> None:
        """See for which issuers there is a secret by now: it is given by a command, in another process."""
        if any(one.needs_secret for one in self.all()):
            self._proven = await self.with_secrets()

    def issuer(self, issuer_id: str) -> Issuer | None:
        return self.known().get(issuer_id)

    def for_address(self, email: str) -> Issuer | None:
        """The issuer of this address's domain: by the domain alone, so it tells nothing of who has an account."""
        domain = email.rpartition("@")[2].strip().lower()
        return next((one for one in self.all() if domain in one.domains), None)

    def health(self, issuer: Issuer) -> tuple[Health, tuple[str, ...]]:
        """How it does, and the names of its keys."""
        client = self._client(issuer)
        return client.health, client.key_names

    def saml(self, issuer: Issuer) -> SamlUpstream | None:
        """What speaks to this issuer by SAML; None for one that does not."""
        client = self._client(issuer)
        return client if isinstance(client, SamlUpstream) else None

    # Away and back

    async def away(self, issuer: Issuer, browser: bytes, journey: Journey, address: str) -> str:
        """Where to send this browser, which is at `address`. Raises IssuerError, ReturnRefusedError."""
        if not self._leaving.admits(network_of(address), self.clock.now()):
            raise ReturnRefusedError(_TOO_FAST)
        leaving = await self._client(issuer).leave(journey)
        data = {
            **leaving.kept,
            "issuer": issuer.url,
            "client": issuer.client_id,
            "intent": str(journey.intent),
            "to": journey.to if len(journey.to.encode()) <= _LONGEST_TO else "/",
            "session": journey.session,
            "token": journey.token[:_LONGEST_TOKEN],
            "anew_since": str(self.clock.now()) if journey.is_anew else "",
        }
        return leaving.url(await self.states.issue(_PURPOSE, browser, data, STATE_SECONDS))

    async def posted(self, issuer: Issuer, form: Mapping[str, list[str]], address: str) -> dict[str, str]:
        """What to come back with, for an answer that was posted from another site, and so without our cookies.

        Raises ReturnRefusedError, IssuerError.
        """
        saml = self.saml(issuer)
        if saml is None:
            raise ReturnRefusedError("not-by-post")
        self._admit(address)
        with self._watched(saml.health):
            return await saml.posted(form, network_of(address))

    async def back(self, issuer: Issuer, browser: bytes, said: Mapping[str, str], address: str) -> Returned:
        """What the issuer vouches for, by the parameters of its answer. The state is spent, whatever comes of it.

        Raises ReturnRefusedError, IssuerError.
        """
        try:
            began = await self.states.take(_PURPOSE, browser, said.get("state", "").encode("utf-8", "replace"))
        except StateRefusedError as error:
            raise ReturnRefusedError(f"state-{error.word}") from None
        if (began["issuer"], began["client"]) != (issuer.url, issuer.client_id):
            raise ReturnRefusedError("of-another-issuer")
        answer, client = Answer(said, began, lambda: self._admit(address)), self._client(issuer)
        with self._watched(client.health):
            vouched = self._vouched(issuer, await client.arrived(answer), began["anew_since"])
            client.health.vouched_at = self.clock.now()
        journey = Journey(
            intent=Intent(began["intent"]),
            to=began["to"],
            session=began["session"],
            is_anew=bool(began["anew_since"]),
            token=began["token"],
        )
        return Returned(vouched, journey)

    def _admit(self, address: str) -> None:
        if not self._pace.admits(network_of(address), self.clock.now()):
            raise ReturnRefusedError(_TOO_FAST)

    @contextmanager
    def _watched(self, health: Health) -> Iterator[None]:
        """Keep that an answer was refused: an issuer that is there and whose answers don't hold is of no use either."""
        try:
            yield
        except ReturnRefusedError as error:
            if error.word != _TOO_FAST:
                health.refused_at, health.refused = self.clock.now(), error.word
            raise

    def _vouched(self, issuer: Issuer, proved: Proved, anew_since: str) -> Vouched:
        """What it amounts to by the company's rules. Raises ReturnRefusedError."""
        if any(value not in proved.claims.get(name, ()) for name, value in issuer.required):
            raise ReturnRefusedError("required-claim-missing")
        at = min(proved.at, self.clock.now())
        if anew_since and at < int(anew_since) - SKEW:
            raise ReturnRefusedError("not-proved-anew")
        return Vouched(
            issuer=issuer,
            subject=proved.subject,
            strength=issuer.strength(proved.methods, proved.context),
            at=at,
            issued_at=proved.issued_at,
            sid=proved.sid if len(proved.sid) <= _LONGEST_SID else "",
            qualifiers=proved.qualifiers,
            email=_of_its_domains(issuer, proved.email),
            name=proved.name,
            claims=_short(proved.claims),
        )

    # Signing out

    async def leaves(self, issuer: Issuer, browser: bytes, there: SessionThere) -> str:
        """A name under which this browser, whose session here ends, may sign out at the issuer for a while."""
        data = {"issuer": issuer.url, "subject": there.subject, "sid": there.sid, "qualifiers": there.qualifiers}
        return await self.states.issue(_LEAVING, browser, data, STATE_SECONDS)

    async def sign_out_url(self, issuer: Issuer, browser: bytes, leaving: str = "") -> str:
        """Where to go to sign out there, too; "" where it has no such place, or is down. `leaving` is from `leaves`."""
        try:
            left: Mapping[str, str] = await self.states.take(_LEAVING, browser, leaving.encode("utf-8", "replace"))
        except StateRefusedError:
            left = {}
        is_of_it = left.get("issuer") == issuer.url
        there = SessionThere(left["subject"], left["sid"], left["qualifiers"]) if is_of_it else SessionThere()
        try:
            return await self._client(issuer).sign_out_url(there)
        except IssuerError:
            return ""

    async def signed_out(self, token: str) -> tuple[Issuer, dict[str, Any]]:
        """Who says by this logout token that a session of theirs is over, and its claims: once for each token.

        Raises TokenRefusedError, IssuerError.
        """
        said = tokens.issuer_in(token)
        issuer = next((one for one in self.all() if one.url == said), None)
        client = self._client(issuer) if issuer is not None else None
        if issuer is None or not isinstance(client, OidcUpstream):
            raise TokenRefusedError("issuer-wrong")
        return issuer, await client.signed_out(token)

    async def close(self) -> None:
        for client in self._clients.values():
            await client.close()

    # Inside

    def _client(self, issuer: Issuer) -> Upstream:
        """What speaks to this issuer as it is in force; for one that changed another, which knows nothing of before."""
        client = self._clients.get(issuer.id)
        if client is None or client.issuer != issuer:
            if client is not None:
                _closing(client.close())
            client = self._clients[issuer.id] = self.make(issuer)
        return client


_closings: set[asyncio.Task[None]] = set()


def _short(claims: Mapping[str, Collection[str]]) -> tuple[tuple[str, str], ...]:
    """What may be an ID of somebody."""
    return tuple(
        (name, value)
        for name, values in list(claims.items())[:_MOST_CLAIMS]
        if len(values) == 1
        for value in values
        if len(name) <= _LONGEST_CLAIM and len(value) <= _LONGEST_CLAIM
    )


def _of_its_domains(issuer: Issuer, email: str) -> str:
    """The address, if it is of one of the issuer's domains."""
    return email if email.rpartition("@")[2].lower() in issuer.domains and email.count("@") == 1 else ""


def _closing(close: Awaitable[None]) -> None:
    task = asyncio.ensure_future(close)
    _closings.add(task)
    task.add_done_callback(_closings.discard)
