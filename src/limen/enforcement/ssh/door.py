"""The door of SSH: somebody asks for a certificate, it is decided, issued, and watched for as long as it matters.

A certificate is good for minutes. What was begun with it may last longer, until the decision's own end, which the
certificate says as well: the host ends it then, whether Limen runs or not. Where the decision turns before, the
certificate is revoked, and the hosts are told at once.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from limen.clock import APART, HOUR, MINUTE, SECOND, Instant, Milliseconds
from limen.enforcement.decision_point import Answer, DecisionPoint
from limen.enforcement.leased import Leased
from limen.enforcement.permit_end import end_of
from limen.enforcement.ssh import store
from limen.enforcement.ssh.accounts import account_name
from limen.enforcement.ssh.authorities import Purpose
from limen.enforcement.ssh.certificates import PersonCertificate, sign_person
from limen.enforcement.ssh.followers import Followers
from limen.enforcement.ssh.store import IssuedCertificate
from limen.enforcement.streams import STOPS, Stream, Streams
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.facts import App, Label, Person, Session
from limen.facts.ssh_hosts import SshHosts
from limen.following.wire import fingerprint, read_key
from limen.pillar import Core
from limen.policy.decision import Named, Request
from limen.rate_limit import RateLimit

if TYPE_CHECKING:
    from limen.storage import Transaction

DOOR: Final = "ssh"
CONNECT: Final = "connect"
ELEVATE: Final = "elevate"
LASTS: Final[Milliseconds] = 12 * HOUR
"""No session lasts longer, however long its decision stands."""
SHORTEST: Final[Milliseconds] = 5 * SECOND
"""What would be over sooner is not issued: its end is a whole second, and the way to the host takes a while."""
_SETTLED: Final[Milliseconds] = 2 * MINUTE
_log = logging.getLogger(__name__)


class NoSuchHostError(LimenError):
    """Also what anybody is told who may not know of the host."""

    def __init__(self) -> None:
        super().__init__("No host of that name is reached through Limen", "check the name, or ask your IT")


class LoginRefusedError(LimenError):
    """The account is not one that a certificate of this app may open for this person."""

    def __init__(self) -> None:
        super().__init__("You can't log in to that account there", "leave out the account to use the usual one")


class OthersGetInError(LimenError):
    """The app is restricted, and its host lets people in without Limen, or has not said that it does not."""

    def __init__(self) -> None:
        super().__init__(
            "That host does not say yet that it lets in nobody without Limen",
            "wait a moment, or have `limen-ssh-host only` run there",
        )


class TooManyCertificatesError(LimenError):
    def __init__(self) -> None:
        super().__init__("You asked for many certificates in a short time", "wait a minute, and try again")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks for. `host` as they typed it, `account` "" for the usual one, `key` the public key's line."""

    host: str
    key: str
    account: str = ""
    is_elevated: bool = False


@dataclass(frozen=True, slots=True)
class Issued:
    """What came of it: the decision, and on a permit the certificate, the keys that vouch for the hosts, and the key of
    the host that was asked for ("": it has not enrolled). A certificate of whoever had its name before is not it.
    """

    answer: Answer
    account: str = ""
    certificate: str = ""
    vouching: tuple[str, ...] = ()
    until: Instant = 0
    host_key: str = ""


def app_with(apps: Iterable[App], name: str) -> App | None:
    """The app that names this host."""
    return next((app for app in apps if app.ssh is not None and name in app.ssh.hosts), None)


class SshDoor:
    """Issues certificates for SSH, and revokes them. Used on the event loop alone."""

    def __init__(self, core: Core, doors: DecisionPoint, followers: Followers) -> None:
        self._core = core
        self._known = core.known
        self._doors = doors
        self.followers = followers
        self._streams = Streams(doors)
        self._of: dict[int, list[Stream]] = {}
        self._live: dict[int, IssuedCertificate] = {}
        self._often = RateLimit(per_second=0.5, at_once=30)
        self._ending: set[asyncio.Task[None]] = set()
        self._being_kept: set[int] = set()
        self._leased = Leased(core)

    def app_of(self, host: str) -> App | None:
        """The app whose host this is."""
        return app_with(self._known.apps.values(), host)

    def live(self) -> list[IssuedCertificate]:
        """The certificates that something may be open of."""
        now = self._core.clock.now()
        return [one for one in self._live.values() if not self._is_over(one, now)]

    # Asking

    def usual_account(self, app: App, person: Person) -> str:
        """The account that is meant where none is named; "" where one has to be. One's own may not have a name yet."""
        if app.ssh is None:
            return ""
        if app.ssh.has_own_accounts:
            return self.followers.accounts.get(person.id) or account_name(person.email, self._taken())
        return app.ssh.logins[0] if len(app.ssh.logins) == 1 else ""

    async def ask(
        self, asked: Asked, session: Session, person: Person, address: str, *, is_tied: bool = False
    ) -> Issued:
        """Decide, and issue what was permitted. `is_tied`: the request came with its browser's tie.

        Raises KeyRefusedError, NoSuchHostError, LoginRefusedError, OthersGetInError, TooManyCertificatesError.
        """
        key, app = read_key(asked.key), self.app_of(asked.host)
        if app is None or app.ssh is None:
            raise NoSuchHostError
        account, is_own = await self._account(asked, app, person, session, address)
        answers, until = self._decided(app, session, address, is_elevated=asked.is_elevated)
        answer = answers[-1]
        now = self._core.clock.now()
        if not answer.permitted or answer.session is None or until < now + SHORTEST:
            return Issued(answer)
        if app.sensitivity >= Label.RESTRICTED and not self.followers.heard_of(asked.host).is_only:
            raise OthersGetInError
        if not self._often.admits(person.id, now):
            raise TooManyCertificatesError
        one = IssuedCertificate(
            serial=secrets.randbits(62) + 1,
            person_id=person.id,
            session_id=session.id,
            app=app.id,
            account=account,
            action=ELEVATE if asked.is_elevated else CONNECT,
            address=address,
            decision=answer.id,
            issued_at=now,
            valid_until=min(now + app.ssh.minutes * MINUTE, until),
            until=until,
            is_tied=is_tied,
        )
        said = PersonCertificate(
            serial=one.serial,
            key_id=f"{person.id} {session.id} {answer.id}",
            account=account,
            app=app.id,
            valid_until=one.valid_until,
            until=until,
            address=address if app.ssh.names_address else "",
            is_own=is_own,
            is_elevated=asked.is_elevated,
            may_forward=app.ssh.may_forward,
        )
        authorities = self.followers.authorities
        line = sign_person(authorities.signing(Purpose.PEOPLE, now), key, said, now)
        self._being_kept.add(one.serial)
        try:
            await self._keep(one, fingerprint(key))
            self._watch(one, answers)
        finally:
            self._being_kept.discard(one.serial)
        if one.serial not in self._live:  # the decision turned while it was being kept
            raise LoginRefusedError
        if is_own:
            await self.followers.create_account(app.id, account)
        vouching = tuple(one.line for one in authorities.of(Purpose.HOSTS))
        return Issued(answer, account, line, vouching, until, self.followers.key_of(asked.host))

    async def _account(
        self, asked: Asked, app: App, person: Person, session: Session, address: str
    ) -> tuple[str, bool]:
        """The account to log in to, and whether it is this person's own. Raises LoginRefusedError."""
        hosts = app.ssh or SshHosts(())
        wanted = asked.account or self.usual_account(app, person)
        if hosts.has_own_accounts and wanted == self.usual_account(app, person):
            return await self._own_account(person), True
        if wanted in hosts.logins and not asked.is_elevated:
            return wanted, False
        self._core.journal.record(
            Event(
                at=self._core.clock.now(),
                kind="ssh.login_refused",
                outcome=Outcome.FAILURE,
                actor=person.id,
                subject=person.id,
                session=session.id,
                address=address,
                details={"app": app.id, "account": "shared" if wanted in hosts.logins else "another"},
            )
        )
        raise LoginRefusedError

    async def _own_account(self, person: Person) -> str:
        """What this person's account is called, from now on and for ever."""
        found = self.followers.accounts.get(person.id)
        if found is not None:
            return found
        shared = self._shared()

        def name(transaction: Transaction) -> dict[str, str]:
            kept = store.accounts(transaction.connection)
            if person.id not in kept:
                kept[person.id] = account_name(
                    person.email, {*kept.values(), *store.marks(transaction.connection), *shared}
                )
                store.add_account(transaction.connection, person.id, kept[person.id])
            return kept

        self.followers.accounts = await self._core.write(name)
        return self.followers.accounts[person.id]

    def _taken(self) -> set[str]:
        return {*self.followers.accounts.values(), *self.followers.locked, *self._shared()}

    def _shared(self) -> set[str]:
        return {login for app in self._known.apps.values() if app.ssh is not None for login in app.ssh.logins}

    def _decided(self, app: App, session: Session, address: str, *, is_elevated: bool) -> tuple[list[Answer], Instant]:
        """The decisions, of which the last is the answer, and the instant at which time alone turns one of them.

        Whoever is elevated connects, too.
        """
        answers: list[Answer] = []
        until = min(session.expires_at, self._core.clock.now() + LASTS)
        for action in (CONNECT, ELEVATE) if is_elevated else (CONNECT,):
            answers.append(self._doors.decide_session(DOOR, app, session, Request(action), address))
            until = end_of(self._core.engine(), answers[-1], until)
            if not answers[-1].permitted:
                break
        return answers, until

    async def _keep(self, one: IssuedCertificate, key: str) -> None:
        event = Event(
            at=one.issued_at,
            kind="ssh.certificate_issued",
            actor=one.person_id,
            subject=one.person_id,
            session=one.session_id,
            address=one.address,
            details={
                "app": one.app,
                "account": one.account,
                "action": one.action,
                "serial": one.serial,
                "decision": one.decision,
                "key": key,
                "until": one.until,
            },
        )

        def write(transaction: Transaction) -> int:
            store.add_certificate(transaction.connection, one)
            transaction.changed(store.CERTIFICATE_CHANGED, str(one.serial))
            transaction.say(event)
            return transaction.changed_seq

        await self._core.settled(await self._core.database.writing_together(write))

    # While it matters

    async def start(self) -> None:
        """Watch over what was issued before the server started. What is not permitted any more is revoked now."""
        before = self._core.clock.now() - APART
        for one in await self._core.database.reading(lambda it: store.certificates(it.connection, before)):
            self._take_up(one)

    def heard(self, serial: int, found: IssuedCertificate | None) -> None:
        """Another worker issued this certificate, or ended it (None: it is forgotten). Hosts follow any worker, so each
        watches over all.
        """
        if serial in self._being_kept:
            return
        if found is not None and not found.ended_at:
            self._leased.do(partial(self._take_up, found))
        elif (mine := self._live.pop(serial, None)) is not None:
            self._leave(mine)
        if found is not None and found.ended_at and not self.followers.has_ended(serial):
            self.followers.end(found)

    def _take_up(self, one: IssuedCertificate) -> None:
        """Watch over what was issued before, or elsewhere."""
        if one.serial in self._live or self.followers.has_ended(one.serial):
            return
        if one.ended_at:
            self.followers.end(one)
            return
        if self._core.clock.now() >= one.until:
            return
        app, session = self._known.apps.get(one.app), self._known.issued(one.session_id)
        if app is None or session is None:
            self._live[one.serial] = one
            self._end(one, "session-revoked")
            return
        try:
            answers, _ = self._decided(app, session, one.address, is_elevated=one.action == ELEVATE)
            self._watch(one, answers)
        except Exception:  # noqa: BLE001 -- whatever went wrong, the answer is no; and the change feed goes on
            _log.exception("a certificate can't be decided again, and ends")
            self._live[one.serial] = one
            self._end(one, Named.POLICY_ERROR)

    def _watch(self, one: IssuedCertificate, answers: list[Answer]) -> None:
        """Have each decision made again whenever it may have turned; the first that does ends the certificate.

        The key has not left the device that asked, so where that was proved, the certificate is the tie from then on.
        """
        self._live[one.serial] = one
        tied_until = one.until if one.is_tied else 0
        streams = [
            Stream(
                msgspec.structs.replace(answer, tied_until=tied_until),
                one.address,
                DOOR,
                lambda why: self._end(one, why),
            )
            for answer in answers
        ]
        self._of[one.serial] = streams
        for stream in streams:
            self._streams.add(stream)

    def _end(self, one: IssuedCertificate, why: str) -> None:
        """Revoke it, and have the hosts end what was begun with it. Where Limen stops, each host goes on by itself."""
        self._leave(one)
        if self._live.pop(one.serial, None) is None or why == STOPS:
            return
        now = self._core.clock.now()
        self.followers.end(replace(one, ended_at=now, why_ended=why))
        if why == Named.LEASE_EXPIRED or self._is_over(one, now):
            return  # whoever is cut off ends it at the hosts that ask it, and nowhere else; what is over is no news
        task = asyncio.create_task(self._write_end(one, now, why))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _leave(self, one: IssuedCertificate) -> None:
        for stream in self._of.pop(one.serial, ()):
            self._streams.remove(stream)

    async def _write_end(self, one: IssuedCertificate, now: Instant, why: str) -> None:
        event = Event(
            at=now,
            kind="ssh.certificate_ended",
            subject=one.person_id,
            session=one.session_id,
            reason=why,
            details={"app": one.app, "account": one.account, "why": why, "serial": one.serial},
        )

        def write(transaction: Transaction) -> None:
            if store.end_certificate(transaction.connection, one.serial, now, why):
                transaction.changed(store.CERTIFICATE_CHANGED, str(one.serial))
                transaction.say(event)

        try:
            await self._core.write(write)
        except LimenError as error:  # the hosts know already; at the next start it is decided again
            _log.warning("the end of a certificate could not be kept: %s", error)

    def seen_active(self, app: str, serials: frozenset[int]) -> None:
        """A host of this app says that somebody works in what was begun with these: their sign-ins are in use. What it
        says of other apps' certificates is passed over.
        """
        for serial in serials:
            one = self._live.get(serial)
            session = self._known.issued(one.session_id) if one is not None and one.app == app else None
            if session is not None:
                self._known.used(session, self._core.clock.now())

    async def keep_up(self) -> None:
        """Forget what nothing can be open of any more, by whatever clock."""
        before = self._core.clock.now() - APART
        for one in [one for one in self._live.values() if one.until <= before]:
            self._leave(one)
            del self._live[one.serial]
        self.followers.forget(before)
        await self._core.database.writing(lambda it: store.drop_old_certificates(it.connection, before))

    def _is_over(self, one: IssuedCertificate, now: Instant) -> bool:
        """Whether by this clock nothing can be open of it, nor be opened."""
        is_closed = now > one.valid_until + _SETTLED and self.followers.are_all_without(one)
        return is_closed or now >= one.until

    async def close(self) -> None:
        self._leased.close()
        self._streams.close()
        await asyncio.gather(*self._ending, return_exceptions=True)
