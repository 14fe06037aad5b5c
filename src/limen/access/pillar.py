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
    Pillar,
    RequestChannels,
    Running,
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


def _declarations() -> Declarations:
    from limen.access.access_file import ACCESS_FILE
    from limen.access.credentials import CREDENTIALS
    from limen.access.kinds import KINDS
    from limen.access.store import TABLES

    return Declarations(events=KINDS, tables=TABLES, credentials=CREDENTIALS, file=ACCESS_FILE)


def _prepare(core: Core) -> None:
    from limen.access.projection import GrantsHeld

    held = GrantsHeld(core.known, core.clock.now)
    held.register(core.feed)
    core.offers.give(held)


async def _build(core: Core) -> Running:
    from limen.access.notices import Notices
    from limen.access.projection import GrantsHeld
    from limen.access.services import Access

    def to_chats(transaction: Transaction, request_id: str, now: Instant) -> None:
        """By the channels of monitoring, which is built later, or not at all."""
        channels = core.offers.find(RequestChannels)
        if channels is not None:
            channels.tell(transaction, request_id, now)

    held, people = core.offers.take(GrantsHeld), core.offers.take(CompanyPeople)
    access = Access(core, held, people, Notices(core.keyring, core.settings, people.language_of, to_chats))
    return Running(
        offers=(
            access,
            AccessGrants(active=held.active, asked=access.asked),
            WaitingRequests(find=access.waiting),
        ),
        periodic=(
            Every("write down what access is over", TELL_SECONDS, access.tell_ended),
            Every("escalate requests for access", ESCALATE_SECONDS, access.escalate),
            Every("forget access that was over long ago", FORGET_SECONDS, access.forget),
        ),
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
        "limen.web.access.least",
        "limen.web.access.graph",
    ),
    commands={
        "request": Command("limen.cli.request", "List requests for access, make one for somebody, and withdraw one"),
        "grant": Command("limen.cli.grant", "List temporary access, end it, and see where a request is approved"),
        "standing": Command("limen.cli.standing", "List who can do what is sensitive at any time, without a grant"),
        "least": Command("limen.cli.least", "List what rules permit and nobody used, and what nobody stands behind"),
    },
    declarations=_declarations,
    prepare=_prepare,
    build=_build,
    changed_by_erasing=_changed_by_erasing,
)
