"""Identity as a part of Limen: people, how they sign in, and what services and programs sign in with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import (
    AccessSurfaces,
    AppSessions,
    BrowserSessions,
    Command,
    CompanyPeople,
    Core,
    Decider,
    Declarations,
    ErasedPerson,
    Every,
    Installation,
    Once,
    PasskeyOrigins,
    Pillar,
    Running,
    WorkloadTokens,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    from sqlalchemy import Connection

    from limen.clock import Instant
    from limen.facts import Person
    from limen.finding import Finding
    from limen.identity.attestation import Attestation
    from limen.identity.ports import Ports
    from limen.policy.roles import Guarding
    from limen.settings import Settings
    from limen.storage import Snapshot

KEEP_UP_SECONDS = 30.0
LEFT_SECONDS = 60.0
PROVE_SECONDS = 5.0
FORGET_SECONDS = 3_600.0
REMIND_SECONDS = 900.0
FORGET_SECONDS = 3_600.0
SETTLE_SECONDS = 60.0
DIRECTORIES_SECONDS = 20.0
REQUIRED_FACTORS = "/required-factors"
"""The page on which people set up what is required of them."""
FIRST_DAY = "/first-day"
"""The page of whoever has not started yet."""


def _declarations() -> Declarations:
    from limen.identity import credentials
    from limen.identity.departures import kinds as departure_kinds, store as departures
    from limen.identity.holdings import HOLDINGS
    from limen.identity.required_factors_file import FILE
    from limen.identity.sources import events, store, token_store
    from limen.identity.sources.ldap.store import ldap_sources
    from limen.identity.sources.people_file import PEOPLE_FILE
    from limen.identity.sources.scim import store as scim_store
    from limen.identity.store import tables
    from limen.identity.store.account_decisions import account_decisions
    from limen.identity.store.app_tokens import app_tokens
    from limen.identity.store.ended_elsewhere import ended_elsewhere
    from limen.identity.store.erasure import erased_people
    from limen.identity.store.issuer_accounts import issuer_accounts, issuer_sessions
    from limen.identity.store.recovery_codes import recovery_codes
    from limen.identity.store.workloads import workload_tokens, workloads

    return Declarations(
        tables=(
            *(*tables.TABLES, app_tokens, erased_people, issuer_accounts, issuer_sessions, recovery_codes),
            *(workloads, workload_tokens, account_decisions, ended_elsewhere),
            *(*departures.TABLES, *store.TABLES, *token_store.TABLES, *scim_store.TABLES, ldap_sources),
        ),
        credentials=(*credentials.KINDS, token_store.KIND),
        holdings=HOLDINGS,
        events=(*events.KINDS, *departure_kinds.KINDS),
        files=(FILE, PEOPLE_FILE),
    )


def _ports(core: Core) -> Ports:
    from limen.identity.breached_passwords import BreachedPasswords
    from limen.identity.ports import Ports

    return Ports(
        settings=core.settings,
        clock=core.clock,
        known=core.known,
        database=core.database,
        keyring=core.keyring,
        decide=core.offers.take(Decider).decide,
        settled=core.settled,
        say=core.journal.record,
        locked_out=core.locked_out,
        breached=BreachedPasswords(_breach_list(core.root, core.settings)),
        surfaces=lambda: core.offers.find(AccessSurfaces) or AccessSurfaces(),
        attestation=_attestation(core.root, core.settings),
    )


def _guarding(core: Core) -> Callable[[], Guarding]:
    from limen.facts import LIMEN
    from limen.policy.roles import Guarding

    return lambda: Guarding(core.engine().policies, core.known.apps.get(LIMEN))


def _attestation(root: Path, settings: Settings) -> Attestation:
    from limen.identity.attestation import Attestation, read_roots

    asked = settings.passkeys
    roots = () if asked.attestation_roots is None else read_roots(root / asked.attestation_roots)
    return Attestation(asked.attestation, roots)


def _breach_list(root: Path, settings: Settings) -> Path | None:
    file = settings.passwords.breached_file
    return None if file is None else root / file


async def _examine_breach_list(here: Installation) -> list[Finding]:
    import asyncio

    from limen.clock import SystemClock
    from limen.identity.breached_passwords import examine

    return [await asyncio.to_thread(examine, _breach_list(here.root, here.settings), SystemClock().now())]


def _prepare(core: Core) -> None:
    from limen.identity import projection, workloads

    projection.register(core.feed, core.known, core.clock.now)
    core.offers.give(workloads.follow(core.feed))


async def _build(core: Core) -> Running:
    from urllib.parse import urlencode

    from limen.identity import account_decisions, services
    from limen.identity.departures.in_memory import facts_in_memory
    from limen.identity.passkey_origin import may_be_borrowed
    from limen.identity.responses import PERSON_RESPONSES, group_memberships
    from limen.identity.sessions import DEVICE_SESSIONS
    from limen.identity.shared_seeds import SharedSeeds
    from limen.identity.signalled import signalled_people
    from limen.identity.workload_reminders import WorkloadReminders

    ports = _ports(core)
    built, workloads_ending = await services.build(ports, guarding=_guarding(core)), WorkloadReminders(ports)

    async def forget_decisions() -> None:
        await core.database.writing(lambda t: account_decisions.forget(t, core.clock.now()))

    def first_step(person_id: str, location: str) -> str:
        """To what somebody still has to set up."""
        due = core.known.dues_of(person_id)
        return f"{REQUIRED_FACTORS}?{urlencode({'to': location})}" if due else ""

    return Running(
        first_step=first_step,
        offers=(
            built,
            AppSessions(open=built.sessions.open_app_session, end=built.sessions.end),
            BrowserSessions(
                keep_key=built.browser_keys.keep,
                key_of=built.browser_keys.of,
                proved=built.browser_keys.proved,
            ),
            DEVICE_SESSIONS,
            PERSON_RESPONSES,
            group_memberships(built.sources.ownership),
            CompanyPeople(
                all=_everybody, language_of=_language_of, share_a_browser=_share_a_browser, last_days=_last_days
            ),
            PasskeyOrigins(may_be_borrowed=may_be_borrowed),
            WorkloadTokens(issue=built.tokens.issue_for_workload),
            SharedSeeds(core.keyring),
            signalled_people(_guarding(core)),
        ),
        periodic=(
            Every("persist sign-in activity", KEEP_UP_SECONDS, built.keep_up, Once.PER_WORKER),
            Every("end access after somebody's last day", LEFT_SECONDS, built.leaving.end, Once.IN_ALL),
            Every("prove that access has ended", PROVE_SECONDS, built.departures.ask_due, Once.PER_WORKER),
            Every("forget reports of long ago", FORGET_SECONDS, built.departures.forget, Once.IN_ALL),
            Every("apply what sources said of people", SETTLE_SECONDS, built.sources.settle_every_due, Once.IN_ALL),
            Every("end tokens of sources that are gone", SETTLE_SECONDS, built.scim.end_tokens_of_others, Once.IN_ALL),
            Every("ask directories for people", DIRECTORIES_SECONDS, built.directories.ask_due, Once.IN_ALL),
            Every("remind people of required factors", REMIND_SECONDS, built.reminders.remind, Once.IN_ALL),
            Every("remind owners of workloads that end", REMIND_SECONDS, workloads_ending.remind, Once.IN_ALL),
            Every(
                "forget decisions about accounts that were over long ago", FORGET_SECONDS, forget_decisions, Once.IN_ALL
            ),
        ),
        surfaces=(facts_in_memory(ports),),
        close=built.close,
    )


def _everybody(snapshot: Snapshot) -> dict[str, Person]:
    from limen.identity.store import people

    return {one.id: one for one in people.everybody(snapshot.connection)}


def _share_a_browser(snapshot: Snapshot, person_id: str, other_id: str, since: Instant) -> bool:
    from limen.identity.store import upkeep

    return upkeep.share_a_browser(snapshot.connection, person_id, other_id, since)


def _language_of(snapshot: Snapshot, person_id: str) -> str:
    from limen.identity.store import people

    return people.language_of(snapshot.connection, person_id)


def _last_days(snapshot: Snapshot) -> dict[str, date]:
    from limen.identity.store import people

    return people.last_days(snapshot.connection)


def _changed_by_erasing(connection: Connection, person_id: str) -> Iterator[tuple[str, str]]:
    from limen.identity.store import erasure

    sessions, tokens = erasure.keys_of(connection, person_id)
    yield from (("session", one) for one in sessions)
    yield from (("app_token", one) for one in tokens)
    yield ("enrolled", person_id)


def _erase_names(connection: Connection, person: ErasedPerson) -> Iterator[tuple[str, str]]:
    """The report of a departure stays, without a word that somebody wrote of it."""
    from limen.identity.departures import store as departures
    from limen.identity.sources import store
    from limen.identity.sources.scim import store as scim_store
    from limen.identity.store import account_decisions

    account_decisions.erase(connection, person.id)
    keys = store.keys_of_person(connection, person.id)
    for source, external_id in [*keys, *store.forget_unlinked_of(connection, person.email, person.name)]:
        scim_store.remove(connection, source, external_id)
    departures.forget_words(connection, person.id)
    yield from ()


PILLAR = Pillar(
    name="identity",
    is_optional=False,
    commands={
        "workload": Command("limen.cli.workload", "Give services their own tokens, and revoke them"),
        "people-source": Command("limen.cli.people_source", "Show where people come from, and answer what waits"),
        "departure": Command("limen.cli.departure", "Show whose access has ended, and whether each end is proved"),
        "handover": Command("limen.cli.handover", "Show what somebody owns, and hand it over to somebody else"),
        "people": Command("limen.cli.people", "List people, also for programs and spreadsheets"),
        "factors": Command("limen.cli.factors", "Show who lacks a required factor, and how people really signed in"),
        "identities": Command("limen.cli.identities", "List accounts that may not be one person's, and decide"),
        "import": Command(
            "limen.cli.import_from", "Import people from a list, or everything from another system; first shown"
        ),
        "token": Command("limen.cli.token", "List and revoke tokens, and create them for workloads"),
    },
    declarations=_declarations,
    prepare=_prepare,
    build=_build,
    examinations={"breached passwords": _examine_breach_list},
    changed_by_erasing=_changed_by_erasing,
    erase_names=_erase_names,
)
