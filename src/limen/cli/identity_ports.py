"""Identity's ports for a command: it writes, and `opened` waits at its end until every worker knows."""

from __future__ import annotations

from limen.cli.open_company import Opened
from limen.clock import SystemClock
from limen.company.company import Company, limen_app
from limen.company.gate import obstacles, people_of
from limen.facts import FactStore
from limen.identity.guesses import Guesses
from limen.identity.invitation import Invitations
from limen.identity.links import Links
from limen.identity.ports import Ports
from limen.identity.sources.ldap.asking import Directories
from limen.identity.sources.model import PeopleSources
from limen.identity.sources.people_file import PEOPLE
from limen.identity.sources.people_sources import SourcesOfPeople
from limen.policy.roles import Guarding
from limen.storage import Snapshot


def ports_of(here: Opened, company: Company) -> Ports:
    """What writes, and leaves the waiting to `opened`. It signs nobody in."""
    clock = SystemClock()

    def locked_out(snapshot: Snapshot) -> str:
        return obstacles(company, people_of(snapshot), clock.now())

    async def settled(_seq: int) -> None:
        """Once for all that the command changes, when it ends."""

    def decides(*_: object) -> object:
        raise AssertionError

    return Ports(
        settings=here.settings,
        clock=clock,
        known=FactStore(),
        database=here.database,
        keyring=here.keyring(clock),
        decide=decides,  # type: ignore[arg-type]
        settled=settled,
        say=lambda _event: None,
        locked_out=locked_out,
    )


def invitations_of(ports: Ports) -> Invitations:
    return Invitations(ports, Links(ports, Guesses(ports.database.kept_briefly)))


def sources_of(here: Opened, company: Company) -> SourcesOfPeople:
    """The sources of people that are in force."""
    ports = ports_of(here, company)
    file = company.parts.get(PEOPLE)
    if isinstance(file, PeopleSources):
        ports.known.set_rules(PeopleSources, file)
    guarding = Guarding(company.engine().policies, limen_app(company.settings))
    return SourcesOfPeople(ports, invitations_of(ports), lambda: guarding)


def directories_of(here: Opened, company: Company, sources: SourcesOfPeople) -> Directories:
    """Those of the sources that are directories."""
    return Directories(ports_of(here, company), sources)
