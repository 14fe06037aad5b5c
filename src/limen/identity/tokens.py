"""Tokens of programs: made with a fresh proof, shown once, listed, revoked, and forgotten when they are long over.

A token never opens more than its owner could: it is decided at every request from what is known of its owner then, at
most as strong as two factors, and for its own app and actions alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from limen.clock import DAY, HOUR, Instant, Milliseconds
from limen.errors import LimenError
from limen.facts import ACTIONS, LIMEN, STRONGEST_TOKEN, Session, SessionState
from limen.facts.tokens import new_secret, token_hash
from limen.identity.app_token import MOST_DAYS, AppToken, Issued, day_of, network_of
from limen.identity.errors import OpensConsoleOnlyError, UnknownError
from limen.identity.events import Details, record
from limen.identity.names import canonical_name
from limen.identity.ports import Ports
from limen.identity.sessions import Sessions, after_every_mark, mark, refuse_ended
from limen.identity.store import app_tokens, people, workloads
from limen.identity.workloads import active
from limen.opaque import new_id
from limen.storage.break_glass import is_break_glass
from limen.storage.database import Database, Snapshot, Transaction

MOST_OF_AN_OWNER: Final = 50
_OF_PEOPLE: Final = frozenset({"sign_in", "elevate", "audit", "support"})
"""Actions that are a person's alone."""
KEPT_MS: Final[Milliseconds] = 30 * DAY
"""How long what is over is still listed."""


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as its owner or an administrator sees it. `used_at`: 0 where it was never used, else at least the day."""

    token: AppToken
    state: SessionState
    used_at: Instant
    used_from: str

    @property
    def is_good(self) -> bool:
        return self.state is SessionState.LIVE


class Tokens:
    """What people do with their tokens, and administrators with anybody's."""

    def __init__(self, ports: Ports, sessions: Sessions) -> None:
        self._ports = ports
        self._sessions = sessions

    async def make(
        self, session: Session, strength: int, *, app: str, actions: Iterable[str], days: int, name: str
    ) -> Issued:
        """A token of one's own, in a session proved this strongly in the last ten minutes.

        That the actions are open to the person is the caller's to see to; each request is decided anyway.
        Raises NotLiveError, OpensConsoleOnlyError, FreshProofNeededError, LimenError.
        """
        current = self._sessions.freshly_proved(session, strength)
        if is_break_glass(current):
            raise OpensConsoleOnlyError  # what it made would outlive it
        known, now = self._ports.known, self._ports.now()
        proof = min(current.auth.strength, STRONGEST_TOKEN), current.auth.at
        wanted = _wanted(app, known.apps, actions, days, name, now)

        def work(transaction: Transaction) -> Issued:
            refuse_ended(transaction, current)
            return _issue(transaction, current.person_id, wanted, proof, by=current.person_id)

        return await self._ports.write(work)

    async def of_owner(self, owner_id: str) -> list[AppToken]:
        return await self._ports.read(lambda snapshot: app_tokens.of(snapshot.connection, owner_id=owner_id))

    async def of_app(self, app: str) -> list[AppToken]:
        return await self._ports.read(lambda snapshot: app_tokens.of(snapshot.connection, app=app))

    def row(self, token: AppToken) -> TokenRow:
        """What a token is worth now, whatever ended it, and its last use as exactly as it is known."""
        known = self._ports.known
        session = known.tokens.get(token.id)
        state = known.session_state(session, token.app, self._ports.now()) if session else SessionState.ENDED
        address = known.used_from(token.id)
        used = (known.last_used(token.id), network_of(address)) if address else (token.used_on, token.used_from)
        return TokenRow(token, SessionState.REVOKED if token.revoked_at else state, *used)

    async def revoke(self, token_id: str, *, by: str, owner_id: str = "", app: str = "", why: str = "") -> AppToken:
        """End a token; it is refused at its next request. Raises UnknownError where this owner, or app, has none such.

        `why` is the reason that a helper gives, for the journal.
        """
        now = self._ports.now()

        def work(transaction: Transaction) -> AppToken | None:
            found = app_tokens.by_id(transaction.connection, token_id)
            if found is None or owner_id not in {"", found[1].owner_id} or app not in {"", found[1].app}:
                return None
            end(transaction, found[1], now, by, why=why)
            return found[1]

        ended = await self._ports.write(work)
        if ended is None:
            raise UnknownError("token")
        return ended

    async def issue_for_workload(
        self, workload_id: str, app: str, actions: frozenset[str], *, until: Instant, name: str
    ) -> str:
        """The secret of a token of a workload that proved itself just now; it stands for one factor, as all of its do.

        Raises LimenError where it has too many, was revoked, or this is nothing that a token can be for.
        """
        now = self._ports.now()
        _refuse_others(app, self._ports.known.apps, actions)
        wanted = AppToken("", "", canonical_name(name), app, actions, 0, 0, now, until)

        def work(transaction: Transaction) -> Issued:
            workload = workloads.by_id(transaction.connection, workload_id)
            if workload is None or not workload.active:
                raise UnknownError("workload")
            return _issue(transaction, workload_id, wanted, (1, now), by=workload_id)

        return (await self._ports.write(work)).secret

    # Keeping up

    async def save_uses(self, at_most: int = 2_000) -> int:
        """Write down on which day, and from which network, tokens were last used: once a day and network, not each."""
        known = self._ports.known
        used = {
            token_id: (day_of(known.last_used(token_id)), network_of(known.used_from(token_id)))
            for token_id in list(known.tokens)
            if known.used_from(token_id)
        }

        def work(transaction: Transaction) -> int:
            kept = {one.id: one for _, one in app_tokens.all_kept(transaction.connection)}
            news = [
                (token_id, day, network)
                for token_id, (day, network) in used.items()
                if token_id in kept and (kept[token_id].used_on, kept[token_id].used_from) != (day, network)
            ][:at_most]
            app_tokens.save_uses(transaction.connection, news)
            return len(news)

        return await self._ports.write(work) if used else 0

    async def purge(self) -> int:
        """End the tokens of apps that are gone, so that an app of the same name does not wake them; forget old ones."""
        now, apps, known = self._ports.now(), set(self._ports.known.apps), self._ports.known
        if not known.tokens or not apps:
            return 0

        def work(transaction: Transaction) -> int:
            count = 0
            for _, one in app_tokens.all_kept(transaction.connection):
                if one.is_good(now) and one.app not in apps:
                    end(transaction, one, now, "", reason="app-removed")
                elif now > (one.revoked_at or one.expires_at) + _kept_for(one):
                    app_tokens.remove(transaction.connection, one.id)
                    transaction.changed("app_token", one.id)
                    count += 1
            return count

        return await self._ports.write(work)


# What the administrator does on the server, for workloads


def add_for_workload(
    database: Database,
    workload: str,
    apps: Iterable[str],
    app: str,
    actions: Iterable[str],
    days: int,
    name: str,
    now: Instant,
    *,
    by: str,
) -> Issued:
    """A token of a workload. It stands for one factor: that of having it. Raises LimenError."""
    wanted = _wanted(app, apps, actions, days, name or workload, now)

    def work(transaction: Transaction) -> Issued:
        return _issue(transaction, active(transaction, workload).id, wanted, (1, now), by=by)

    return database.write(work)


def end_of_key(transaction: Transaction, workload_id: str, name: str, now: Instant, *, by: str) -> int:
    """End the tokens that a workload got by the key of this name. Returns how many there were."""
    of_key = [one for one in app_tokens.of(transaction.connection, owner_id=workload_id) if one.name == name]
    good = [one for one in of_key if one.is_good(now)]
    for one in good:
        end(transaction, one, now, by, reason="key-removed")
    return len(good)


def revoke_on_server(database: Database, token_id: str, now: Instant, *, by: str) -> AppToken:
    """End any token. Raises LimenError where there is none of that id."""

    def work(transaction: Transaction) -> AppToken:
        found = app_tokens.by_id(transaction.connection, token_id)
        if found is None:
            raise LimenError(f"there is no token {token_id[:40]!r}", "`limen token list` lists them")
        end(transaction, found[1], now, by)
        return found[1]

    return database.write(work)


def listed(snapshot: Snapshot) -> list[tuple[AppToken, str]]:
    """All tokens, the newest first, with the names of those whose they are."""
    names = {one.id: one.name for one in workloads.all_known(snapshot.connection)}
    names |= {one.id: one.name for one in people.everybody(snapshot.connection)}
    return [(one, names.get(one.owner_id, "")) for _, one in app_tokens.all_kept(snapshot.connection)]


def end(
    transaction: Transaction, token: AppToken, now: Instant, by: str, reason: str = "revoked", why: str = ""
) -> None:
    """Raise the mark that ends a token, and write down when. One that was ended before stays as it was."""
    if token.revoked_at:
        return
    mark(transaction, "session", token.id, max(now, token.made_at) + 1)
    app_tokens.end(transaction.connection, token.id, now)
    transaction.changed("app_token", token.id)
    _tell(transaction, "token.revoked", token, now, by, reason, why)


def _wanted(app: str, apps: Iterable[str], actions: Iterable[str], days: int, name: str, now: Instant) -> AppToken:
    """What was asked for, without an owner yet."""
    allowed = frozenset(actions)
    _refuse_others(app, apps, allowed)
    if not 1 <= days <= MOST_DAYS:
        raise LimenError("A token can be valid for 1 to {most} days", "choose a number of days", most=MOST_DAYS)
    return AppToken("", "", canonical_name(name), app, allowed, 0, 0, now, now + days * DAY)


def _refuse_others(app: str, apps: Iterable[str], actions: frozenset[str]) -> None:
    """Raises LimenError for an app or an action that no token can be for."""
    if app == LIMEN or app not in set(apps):
        raise LimenError("This is not an app that a token can be created for", "choose one of the apps")
    if not actions or not actions <= set(ACTIONS) - _OF_PEOPLE:
        raise LimenError("No action is selected", "choose view, edit or another action of the app")


def _kept_for(token: AppToken) -> Milliseconds:
    """How long it is listed when it is over: one that a program gets again and again, not at all."""
    return KEPT_MS if token.expires_at - token.made_at > HOUR else 0


def _issue(transaction: Transaction, owner_id: str, wanted: AppToken, proof: tuple[int, Instant], *, by: str) -> Issued:
    connection, now = transaction.connection, wanted.made_at
    good = [one for one in app_tokens.of(connection, owner_id=owner_id) if one.is_good(now)]
    if len(good) >= MOST_OF_AN_OWNER:
        raise LimenError("You already have {most} tokens", "revoke those you no longer use", most=MOST_OF_AN_OWNER)
    made_at = after_every_mark(transaction, owner_id, "", now)
    token = AppToken(
        new_id("t"),
        owner_id,
        wanted.name,
        wanted.app,
        wanted.actions,
        *proof,
        made_at=made_at,
        expires_at=wanted.expires_at,
    )
    secret = new_secret()
    app_tokens.add(connection, token, token_hash(secret.encode()))
    transaction.changed("app_token", token.id)
    _tell(transaction, "token.made", token, now, by)
    return Issued(token, secret)


def _tell(
    transaction: Transaction, kind: str, token: AppToken, now: Instant, by: str, reason: str = "", why: str = ""
) -> None:
    actions = " ".join(sorted(token.actions))
    what: Details = {"token": token.id, "app": token.app, "actions": actions, "expires_at": token.expires_at}
    record(transaction, now, kind, what, by=by, subject=token.owner_id, reason=reason, why=why)
