"""The one place where the parts meet: opened from below to above, closed the other way round."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from limen import web
from limen.backup.fence import refuse_if_replaced
from limen.backup.keeping import Keeping
from limen.backup.places import refuse_half_restored
from limen.backup.upgrade import needs_upgrade, upgrade
from limen.clock import Clock, Instant, SystemClock
from limen.company import places, project, store as revisions
from limen.company.company import Company
from limen.company.gate import lockout, people_of
from limen.company.project import InForce
from limen.company.publish import SERVER, publish
from limen.doctor.finding import Finding
from limen.enforcement import observed_store
from limen.enforcement.addresses import UntrustedHops
from limen.enforcement.app_login import AppLogins, LimenPaths
from limen.enforcement.assertion import Identity
from limen.enforcement.check import CheckServer
from limen.enforcement.doors import Doors
from limen.enforcement.gateway import Gateway
from limen.enforcement.store import keep_signing_keys
from limen.errors import LimenError
from limen.facts import LIMEN, Facts, Known
from limen.identity import parts as identity_parts, workloads
from limen.identity.parts import Parts
from limen.identity.ports import Ports
from limen.identity.workloads import Workloads
from limen.mail import Mails, Sender
from limen.mail.sender import GAP_SECONDS
from limen.mail.ways import FileOutbox, Smtp, Way, mail_password
from limen.operations.disk import Disk
from limen.policy.decision import Decision, Request
from limen.policy.proof.lockout import LockedOut
from limen.privacy.erase import erase_again
from limen.privacy.upkeep import Upkeep
from limen.settings import Settings
from limen.storage import Database, Feed, Keyring, Snapshot, master_key
from limen.storage.break_glass import BreakGlass
from limen.storage.journal import Journal
from limen.storage.master_key import existing_key
from limen.storage.space import MEGABYTE

Scope: TypeAlias = MutableMapping[str, Any]
Asgi: TypeAlias = Callable[[Scope, Any, Any], Awaitable[None]]

KEEP_UP_SECONDS = 30.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limen:
    """Everything that runs, by its name. `asgi` answers every host: the sign-in host's pages, each app's gateway."""

    settings: Settings
    clock: Clock
    database: Database
    journal: Journal
    known: Known
    in_force: InForce
    identity: Parts
    doors: Doors
    said: Identity
    check: CheckServer
    disk: Disk
    hops: UntrustedHops
    asgi: Asgi


@dataclass(frozen=True, slots=True)
class _Below:
    """What stands when the facts stand, and the doors are not open yet."""

    root: Path
    settings: Settings
    clock: Clock
    database: Database
    keyring: Keyring
    journal: Journal
    known: Known
    feed: Feed
    in_force: InForce
    workloads: Workloads
    break_glass: BreakGlass


async def open_limen(
    closing: AsyncExitStack,
    settings: Settings,
    root: Path,
    first: Callable[[], Company],
    clock: Clock | None = None,
) -> Limen:
    """Put the parts together until the facts stand and every door can decide. `closing` takes them apart again.

    `first` reads the company that becomes revision 1 where the database has none. Raises LimenError with what to mend:
    a folder with problems, a master key that does not fit, a journal that another process writes.
    """
    below = await _open_storage(closing, settings, root, clock or SystemClock())
    doors = Doors(
        known=below.known,
        engine=lambda: below.in_force.engine,
        journal=below.journal,
        clock=below.clock,
        break_glass=below.break_glass.holds,
    )
    ports = _identity_ports(below, doors)
    identity_parts.register(below.feed, ports)
    await asyncio.to_thread(_publish_first, below, first)
    await below.feed.start()
    closing.push_async_callback(below.feed.stop)
    identity = await identity_parts.build(ports)
    closing.push_async_callback(identity.close)
    disk = Disk(
        data=places.data_folder(root, settings),
        journal=places.journal_folder(root, settings),
        budget_bytes=settings.storage.journal_megabytes * MEGABYTE,
        tell=below.journal.record,
        clock=below.clock,
    )
    await asyncio.to_thread(disk.look)
    backups = _keeping(below)
    limen = await _open_doors(closing, below, doors, identity, disk, backups)
    await asyncio.to_thread(below.database.read, lambda snapshot: observed_store.load(doors.observed, snapshot))

    async def keep_observed() -> None:
        known, now = below.known, below.clock.now()
        await observed_store.keep_up(doors.observed, known.apps, known.people, below.database, now)

    closing.push_async_callback(keep_observed)
    keeping_up = asyncio.create_task(_keep_up(identity.keep_up, keep_observed), name="keep up")
    closing.push_async_callback(_cancel, keeping_up)
    sender = mail_sender(settings, root, below.database, below.keyring, below.clock)
    sender.start()
    closing.push_async_callback(sender.stop)
    upkeep = Upkeep(
        below.database,
        below.journal,
        settings.retention,
        places.data_folder(root, settings),
        places.outbox_folder(root, settings),
        below.clock,
    )
    erasing = asyncio.create_task(upkeep.keep_up(), name="privacy")
    closing.push_async_callback(_cancel, erasing)
    looking = asyncio.create_task(disk.keep_looking(), name="disk")
    closing.push_async_callback(_cancel, looking)
    taking = asyncio.create_task(backups.keep_taking(), name="backups")
    closing.push_async_callback(backups.close)
    closing.push_async_callback(_cancel, taking)
    return limen


def mail_sender(settings: Settings, root: Path, database: Database, keyring: Keyring, clock: Clock) -> Sender:
    """What sends the queue as `[mail]` says: through the company's server, or into files."""
    file = places.mail_password_file(root, settings)
    way: Way = FileOutbox(places.outbox_folder(root, settings))
    if settings.mail.server:
        way = Smtp(settings.mail, lambda: mail_password(file, os.environ))
    sender = settings.mail.sender or f"limen@{settings.domain}"
    gap_seconds = GAP_SECONDS if settings.mail.server else 0.0
    return Sender(database, Mails(keyring), way, clock, sender, settings.name, gap_seconds)


async def _open_storage(closing: AsyncExitStack, settings: Settings, root: Path, clock: Clock) -> _Below:
    def opened() -> tuple[Database, Keyring, Journal, BreakGlass]:
        refuse_half_restored(root, settings)
        refuse_if_replaced(places.data_folder(root, settings), places.backup_folder(root, settings))
        _bring_over(settings, root, clock.now())
        database = Database.open(places.database_url(root, settings), clock=clock)
        closing.callback(database.close)
        erase_again(database, places.data_folder(root, settings), clock.now())
        key_file = places.key_file(root, settings)
        keyring = Keyring.open(database, master_key(key_file, os.environ), clock=clock)
        journal = Journal.open(
            places.journal_folder(root, settings),
            keyring.journal_keys,
            database=database,
            keep_days=settings.storage.journal_days,
            clock=clock,
        )
        closing.callback(journal.close)
        break_glass = BreakGlass(places.break_glass_file(root, settings), keyring.journal_keys)
        break_glass.prepare()
        return database, keyring, journal, break_glass

    database, keyring, journal, break_glass = await asyncio.to_thread(opened)
    known = Known()
    feed = Feed(database, known, clock=clock)
    in_force = project.follow(feed, known, settings)
    return _Below(
        root, settings, clock, database, keyring, journal, known, feed, in_force, workloads.follow(feed), break_glass
    )


def _bring_over(settings: Settings, root: Path, now: Instant) -> None:
    """Bring an older database over at the start, as `limen upgrade` does it: rehearsed and saved, or not at all."""
    key = existing_key(places.key_file(root, settings), os.environ)
    if key is not None and needs_upgrade(root, settings):
        done = upgrade(root, settings, key, now)
        _log.warning("the database went from version %s to %s; as it was: %s", done.before, done.after, done.saved)


def _identity_ports(below: _Below, doors: Doors) -> Ports:
    async def settled(seq: int) -> None:
        """Known to every worker, and in the journal: then, and only then, it is answered."""
        await asyncio.gather(below.feed.settled(seq), below.journal.settled())

    return Ports(
        settings=below.settings,
        clock=below.clock,
        known=below.known,
        database=below.database,
        keyring=below.keyring,
        decide=lambda facts, action: _weighed(doors, facts, action),
        settled=settled,
        say=below.journal.record,
        locked_out=lambda people: _locked_out(below, people),
    )


def _locked_out(below: _Below, people: Snapshot) -> str:
    """What the policies in force put in the way of everybody who could administer Limen; "" where somebody can."""
    company = below.in_force.company
    found = None if company is None else lockout(company, people_of(people), below.clock.now())
    return "; ".join(map(str, found.obstacles)) if isinstance(found, LockedOut) else ""


def _weighed(doors: Doors, facts: Facts, action: str) -> Decision:
    decision = doors.weigh("sign-in", Request(action=action), facts).decision
    if decision is None:
        raise LimenError("signing in could not be decided", "try again in a moment")
    return decision


def _publish_first(below: _Below, first: Callable[[], Company]) -> None:
    if below.database.read(revisions.newest) is None:
        publish(below.database, first(), SERVER, "the folder that Limen was first started with", below.clock.now())


def _keeping(below: _Below) -> Keeping:
    file = places.key_file(below.root, below.settings)
    return Keeping(below.root, below.settings, lambda: master_key(file, os.environ), below.database, below.clock)


async def _open_doors(
    closing: AsyncExitStack, below: _Below, doors: Doors, identity: Parts, disk: Disk, backups: Keeping
) -> Limen:
    settings, clock = below.settings, below.clock
    keys = await below.database.writing(lambda transaction: keep_signing_keys(transaction, below.keyring, clock.now()))
    said = Identity(public_url=settings.public_url, clock=clock, keys=keys)
    app_logins = AppLogins(clock=clock, public_url=settings.public_url)
    limen_paths = LimenPaths(
        doors=doors,
        app_logins=app_logins,
        keys=said,
        open_app_session=identity.sessions.open_app_session,
        end_session=identity.sessions.end,
        public_url=settings.public_url,
    )
    trusted = settings.listen.trusted_proxies
    hops = UntrustedHops(trusted)
    gateway = Gateway(
        doors=doors, identity=said, limen_paths=limen_paths, public_url=settings.public_url, trusted=trusted
    )
    closing.push_async_callback(gateway.close)
    check = CheckServer(doors=doors, identity=said, public_url=settings.public_url, trusted=trusted)
    pages = web.build(
        web.Ports(
            settings=settings,
            clock=clock,
            database=below.database,
            journal=below.journal,
            break_glass=below.break_glass,
            known=below.known,
            in_force=below.in_force,
            doors=doors,
            app_logins=app_logins,
            identity=identity,
            workloads=below.workloads,
            alias=said.alias,
            settled=below.feed.settled,
            scarce=lambda: disk.sentences,
            examine=lambda: _examine(below, hops),
            backups=backups,
        )
    )
    return Limen(
        settings=settings,
        clock=clock,
        database=below.database,
        journal=below.journal,
        known=below.known,
        in_force=below.in_force,
        identity=identity,
        doors=doors,
        said=said,
        check=check,
        disk=disk,
        hops=hops,
        asgi=_by_host(settings, pages, gateway, hops),
    )


async def _examine(below: _Below, hops: UntrustedHops) -> tuple[Finding, ...]:
    """What the doctor finds from inside the running Limen, of the apps that are in force."""
    from limen.doctor.examine import examine_setup  # noqa: PLC0415 -- only when somebody asks
    from limen.doctor.machine import this_machine  # noqa: PLC0415 -- the same
    from limen.doctor.setup import Setup  # noqa: PLC0415 -- the same

    apps = tuple(app for app in below.known.apps.values() if app.id != LIMEN)
    return await examine_setup(
        Setup(below.root, below.settings, apps, this_machine(), own_pid=os.getpid(), strangers=hops.seen)
    )


def _by_host(settings: Settings, pages: Asgi, gateway: Asgi, hops: UntrustedHops) -> Asgi:
    """The sign-in host's requests go to the pages, all others to the gateway, which refuses hosts it does not know."""
    sign_in_host = (urlsplit(settings.public_url).hostname or "").encode()

    async def asgi(scope: Scope, receive: Any, send: Any) -> None:
        host = b""
        for name, value in scope.get("headers", ()):
            if name == b"host":
                host = host or value
            elif name == b"x-forwarded-for" and scope.get("client"):
                hops.notice(scope["client"][0])
        is_ours = host.rpartition(b":")[0].lower() == sign_in_host or host.lower() == sign_in_host
        await (pages if is_ours and scope["type"] == "http" else gateway)(scope, receive, send)

    return asgi


async def _keep_up(*keeping: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(KEEP_UP_SECONDS)
        for one in keeping:
            try:
                await one()
            except Exception:  # noqa: BLE001 -- whatever went wrong, the next try comes
                _log.exception("what memory holds could not be written down; the next try is in %s s", KEEP_UP_SECONDS)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
