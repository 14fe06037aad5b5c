"""Identity put together: `app.py` gives the ports and takes the parts."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from limen.challenges import Challenges
from limen.identity.browser_keys import BrowserKeys
from limen.identity.departures.departures import Departures
from limen.identity.enrolment import Enrolment
from limen.identity.errors import RelyingPartyChangedError
from limen.identity.factor_reminders import FactorReminders
from limen.identity.factors import Factors
from limen.identity.guesses import Guesses
from limen.identity.invitation import Invitations
from limen.identity.issuer_accounts import IssuerAccounts
from limen.identity.issuer_sign_in import IssuerSignIn
from limen.identity.leaving import Leaving
from limen.identity.links import Links
from limen.identity.new_factors import NewFactors
from limen.identity.passkeys import Ceremonies, RelyingParty
from limen.identity.passwords import Passwords
from limen.identity.people import People
from limen.identity.people_import import PeopleImport
from limen.identity.ports import Ports
from limen.identity.recovery import Recovery
from limen.identity.second_device import SecondDevice
from limen.identity.sessions import Sessions
from limen.identity.sign_in import SignIn
from limen.identity.sources.ldap.asking import Directories
from limen.identity.sources.people_sources import SourcesOfPeople
from limen.identity.sources.scim.server import ScimServer
from limen.identity.step_up import StepUp
from limen.identity.store import factors, upkeep
from limen.identity.tokens import Tokens
from limen.identity.verification import Verification
from limen.policy.roles import Guarding
from limen.storage.database import Transaction


@dataclass(frozen=True, slots=True)
class IdentityServices:
    """What identity does, each by its name."""

    people: People
    people_import: PeopleImport
    sources: SourcesOfPeople
    scim: ScimServer
    directories: Directories
    leaving: Leaving
    departures: Departures
    links: Links
    enrolment: Enrolment
    sign_in: SignIn
    step_up: StepUp
    issuer_sign_in: IssuerSignIn
    issuer_accounts: IssuerAccounts
    factors: Factors
    recovery: Recovery
    second_device: SecondDevice
    sessions: Sessions
    browser_keys: BrowserKeys
    tokens: Tokens
    reminders: FactorReminders
    guesses: Guesses
    passwords: Passwords
    ports: Ports

    async def keep_up(self) -> None:
        """Write down what only memory holds, read what others wrote, forget what is over. Call it every half minute."""
        await self.sessions.save_last_used()
        await self.sessions.read_last_used()
        await self.tokens.save_uses()
        await self.sessions.purge()
        await self.issuer_accounts.end_unknown(one.url for one in self.ports.known.issuers.values())
        await self.tokens.purge()
        self.passwords.rest()

    async def close(self) -> None:
        """Write down the last of it; the last call."""
        try:
            await self.keep_up()
        finally:
            self.passwords.close()


async def build(
    ports: Ports, passwords: Passwords | None = None, guarding: Callable[[], Guarding] = lambda: Guarding((), None)
) -> IdentityServices:
    """All of identity over these ports. The database must be open; the feed need not have started.

    `guarding` says who has a role under the policies in force; unless it is given, everybody counts as if they had.
    Raises RelyingPartyChangedError when passkeys were enrolled for another sign-in host.
    """
    key = await ports.database.writing(lambda transaction: _prepare(transaction, ports))
    guesses = Guesses(ports.database.kept_briefly)
    challenges = Challenges(key)
    party = RelyingParty(ports.rp_id, ports.origin, ports.settings.name)
    ceremonies = Ceremonies(party, challenges, ports.attestation)
    passwords = passwords or Passwords()
    verification = Verification(ports, ceremonies, passwords, guesses, key)
    sessions = Sessions(ports)
    links = Links(ports, guesses)
    invitations = Invitations(ports, links)
    new = NewFactors(ports, ceremonies, passwords, challenges)
    factors, departures = Factors(ports, sessions, new), Departures(ports)
    sources = SourcesOfPeople(ports, invitations, guarding)
    return IdentityServices(
        people=People(ports, links, invitations, departures, sources),
        people_import=PeopleImport(ports, invitations),
        sources=sources,
        scim=ScimServer(ports, sources),
        directories=Directories(ports, sources),
        leaving=Leaving(ports),
        departures=departures,
        links=links,
        enrolment=Enrolment(ports, links, sessions, new),
        sign_in=SignIn(ports, sessions, ceremonies, verification),
        step_up=StepUp(ports, sessions, ceremonies, verification),
        issuer_sign_in=IssuerSignIn(ports, sessions, guarding),
        issuer_accounts=IssuerAccounts(ports, factors),
        factors=factors,
        recovery=Recovery(ports, links, sessions, factors, verification, key),
        second_device=SecondDevice(ports, links, factors, sessions),
        sessions=sessions,
        browser_keys=BrowserKeys(ports),
        tokens=Tokens(ports, sessions),
        reminders=FactorReminders(ports),
        guesses=guesses,
        passwords=passwords,
        ports=ports,
    )


def _prepare(transaction: Transaction, ports: Ports) -> bytes:
    """The key of challenges and tickets, shared by restarts and workers; and a look at whose passkeys these are."""
    before = _kept(transaction, ports, "rp_id", ports.rp_id.encode()).decode()
    if before != ports.rp_id:
        if factors.has_any_passkey(transaction.connection):
            raise RelyingPartyChangedError(before, ports.rp_id)
        upkeep.forget_sealed_key(transaction.connection, "rp_id")
        _kept(transaction, ports, "rp_id", ports.rp_id.encode())
    factors.trust_only(transaction, {one.fingerprint for one in ports.attestation.roots})
    return _kept(transaction, ports, "challenges", secrets.token_bytes(32))


def _kept(transaction: Transaction, ports: Ports, purpose: str, new: bytes) -> bytes:
    """What is kept sealed under this purpose; `new` from now on if there is nothing yet."""
    sealed = upkeep.sealed_key(transaction.connection, purpose)
    if sealed is None:
        sealed = ports.keyring.seal("identity_keys", purpose, "sealed", new)
        upkeep.keep_sealed_key(transaction.connection, purpose, sealed)
    return ports.keyring.open_sealed("identity_keys", purpose, "sealed", sealed)
