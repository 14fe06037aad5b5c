"""Least privilege as a part of Limen: access that is asked for, approved, limited in time, and ends by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import (
    AccessGrants,
    Command,
    CompanyPeople,
    Core,
    Declarations,
    Every,
    Once,
    Pillar,
    RequestChannels,
    Running,
    SignOn,
    WaitingRequests,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from limen.clock import Instant
    from limen.storage import Transaction

TELL_SECONDS = 1.0
ESCALATE_SECONDS = 30.0
FORGET_SECONDS = 3_600.0
FOLLOW_SECONDS = 60.0
KEEP_SECONDS = 0.2
RECONCILE_SECONDS = 5.0
LOOK_SECONDS = 300.0


def _declarations() -> Declarations:
    from limen.access.access_file import ACCESS_FILE
    from limen.access.credentials import CREDENTIALS
    from limen.access.holdings import HOLDINGS
    from limen.access.kinds import KINDS
    from limen.access.membership import kinds as of_groups, store as memberships
    from limen.access.reviews.kinds import KINDS as OF_REVIEWS
    from limen.access.reviews.store import TABLES as FOR_REVIEWS
    from limen.access.service_accounts import kinds as of_service_accounts, store as service_accounts
    from limen.access.store import TABLES

    return Declarations(
        events=(*KINDS, *OF_REVIEWS, *of_groups.KINDS, *of_service_accounts.KINDS),
        tables=(*TABLES, *FOR_REVIEWS, *memberships.TABLES, *service_accounts.TABLES),
        credentials=CREDENTIALS,
        holdings=HOLDINGS,
        files=(ACCESS_FILE,),
    )


def _prepare(core: Core) -> None:
    from limen.access.projection import GrantsHeld

    held = GrantsHeld(core.known, core.clock.now)
    held.register(core.feed)
    core.offers.give(held)


async def _build(core: Core) -> Running:
    from limen.access.membership.access_left import group_memberships
    from limen.access.membership.directories import Clients, Directories
    from limen.access.membership.keeper import Keeper
    from limen.access.membership.reconciling import Reconciling
    from limen.access.notices import Notices
    from limen.access.projection import GrantsHeld
    from limen.access.reviews.letters import Letters
    from limen.access.reviews.services import Reviews
    from limen.access.service_accounts.service import ServiceAccounts
    from limen.access.services import Access
    from limen.connectors.vendor_client import VendorClient

    def to_chats(transaction: Transaction, request_id: str, now: Instant) -> None:
        """By the channels of monitoring, which is built later, or not at all."""
        channels = core.offers.find(RequestChannels)
        if channels is not None:
            channels.tell(transaction, request_id, now)

    held, people = core.offers.take(GrantsHeld), core.offers.take(CompanyPeople)
    access = Access(core, held, people, Notices(core.keyring, core.settings, people.language_of, to_chats))
    reviews = Reviews(core, access, Letters(core.keyring, core.settings, people.language_of))
    clients = Clients(lambda origin: VendorClient(origin, core.offers.take(SignOn).resolver))
    directories = Directories(core, clients)
    service_accounts = ServiceAccounts(core, directories)
    keeper, reconciling = Keeper(core, held, directories), Reconciling(core, directories)
    return Running(
        offers=(
            access,
            reviews,
            directories,
            keeper,
            reconciling,
            service_accounts,
            AccessGrants(active=held.active, asked=access.asked),
            WaitingRequests(find=access.waiting),
        ),
        periodic=(
            Every("write down what access is over", TELL_SECONDS, access.tell_ended, Once.IN_ALL),
            Every("escalate requests for access", ESCALATE_SECONDS, access.escalate, Once.IN_ALL),
            Every("forget access that was over long ago", FORGET_SECONDS, access.forget, Once.IN_ALL),
            Every("follow the calendar of reviews", FOLLOW_SECONDS, reviews.follow_calendar, Once.IN_ALL),
            Every("forget reviews that were closed long ago", FORGET_SECONDS, reviews.forget, Once.IN_ALL),
            Every("keep groups of directories as grants are", KEEP_SECONDS, keeper.keep, Once.IN_ALL),
            Every("ask directories for service accounts", LOOK_SECONDS, service_accounts.look_when_due, Once.IN_ALL),
            Every(
                "hold groups of directories against what was done",
                RECONCILE_SECONDS,
                reconciling.reconcile_due,
                Once.IN_ALL,
            ),
        ),
        surfaces=(group_memberships(core),),
        close=keeper.close,
    )


def _changed_by_erasing(_connection: Connection, person_id: str) -> Iterator[tuple[str, str]]:
    from limen.access.occasion import CHANGED

    yield CHANGED, person_id


PILLAR = Pillar(
    name="access",
    pages=(
        "limen.web.access.ask",
        "limen.web.access.mine",
        "limen.web.access.inbox",
        "limen.web.access.live",
        "limen.web.access.console",
        "limen.web.access.standing",
        "limen.web.access.reviews",
        "limen.web.access.reviews_console",
        "limen.web.access.directories",
        "limen.web.access.service_accounts",
        "limen.web.access.programs",
        "limen.web.access.least",
        "limen.web.access.effective",
    ),
    commands={
        "request": Command("limen.cli.request", "List requests for access, make one for somebody, and withdraw one"),
        "review": Command(
            "limen.cli.review", "List, begin and close reviews of access, take out evidence, and verify it"
        ),
        "grant": Command("limen.cli.grant", "List temporary access, end it, and see where a request is approved"),
        "standing": Command("limen.cli.standing", "List who can do what is sensitive at any time, without a grant"),
        "directory": Command("limen.cli.directory", "List directories and their groups, connect one, and ask it now"),
        "service-account": Command(
            "limen.cli.service_account", "List service accounts of directories, and say who answers for them"
        ),
        "access": Command("limen.cli.access", "Show all that somebody has access to, or who has access to something"),
        "least": Command("limen.cli.least", "List what rules permit and nobody used, and what nobody stands behind"),
    },
    declarations=_declarations,
    prepare=_prepare,
    build=_build,
    changed_by_erasing=_changed_by_erasing,
)
