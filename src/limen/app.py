"""The one place where the parts meet: opened from below to above, closed the other way round."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from limen import __version__, periodic, web
from limen.backup.fence import refuse_if_replaced
from limen.backup.places import refuse_half_restored
from limen.backup.schedule import BackupSchedule
from limen.backup.upgrade import needs_upgrade, upgrade
from limen.clock import Clock, Instant, SystemClock
from limen.company import places, projection, store as revisions
from limen.company.company import Company
from limen.company.gate import lockout, people_of
from limen.company.projection import InForce
from limen.company.publish import SERVER, publish
from limen.enforcement import services as enforcement_parts
from limen.enforcement.addresses import UntrustedProxies
from limen.enforcement.decision_point import DecisionPoint
from limen.facts import LIMEN, FactStore
from limen.finding import Finding
from limen.identity import services as identity_parts
from limen.identity.workloads import Workloads
from limen.mail import Mails, Sender
from limen.mail.sender import GAP_SECONDS
from limen.mail.transports import FileOutbox, Smtp, Transport, mail_password
from limen.operations.disk import Disk
from limen.operations.workers import WorkersSeen
from limen.pillar import AccessSurfaces, Core, Every, Figure, Leader, Once, Running
from limen.pillar.leading import leading
from limen.pillars import pillars, refuse_missing_tables
from limen.policy.proof.lockout import LockedOut
from limen.privacy.erase import erase_again
from limen.privacy.left_chains import LeftChains
from limen.privacy.own_chain import OwnChainJob
from limen.privacy.retention import RetentionJob
from limen.probes.running import Probes
from limen.roadmap.looking import RoadmapJob
from limen.roadmap.report.monthly import MonthlyLetters
from limen.settings import Settings
from limen.storage import Database, Feed, Keyring, Snapshot, master_key
from limen.storage.break_glass import BreakGlass
from limen.storage.errors import StorageError
from limen.storage.file_lock import FileLock
from limen.storage.journal import Journal
from limen.storage.journal.beside import Beside
from limen.storage.journal.chain_copy import is_copy
from limen.storage.journal.reader import writer_folders
from limen.storage.journal.strangers import TOLD_EVERY_SECONDS
from limen.storage.kept_briefly import FORGOTTEN_EVERY_SECONDS
from limen.storage.master_key import existing_key
from limen.storage.segments.lock import is_being_written
from limen.storage.space import MEGABYTE
from limen.storage.workers import Doing

LEADS_MACHINE: Final = "machine"
BESIDE_SECONDS: Final = 1.0
_LEADS: Final = {"all": Once.IN_ALL, "machine": Once.PER_MACHINE}

Scope: TypeAlias = MutableMapping[str, Any]
Asgi: TypeAlias = Callable[[Scope, Any, Any], Awaitable[None]]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limen:
    """Everything that runs. `asgi` answers every host: the sign-in host's pages, each app's gateway.

    `parts` are the pillars that were built, by their names; what they offer is taken from `core.offers`.
    """

    core: Core
    in_force: InForce
    parts: dict[str, Running]
    disk: Disk
    asgi: Asgi
    workers: WorkersSeen

    @property
    def settings(self) -> Settings:
        return self.core.settings

    @property
    def clock(self) -> Clock:
        return self.core.clock

    @property
    def database(self) -> Database:
        return self.core.database

    @property
    def journal(self) -> Journal:
        return self.core.journal

    @property
    def known(self) -> FactStore:
        return self.core.known

    @property
    def doors(self) -> DecisionPoint:
        return self.core.offers.take(DecisionPoint)

    @property
    def identity(self) -> identity_parts.IdentityServices:
        return self.core.offers.take(identity_parts.IdentityServices)

    @property
    def enforcement(self) -> enforcement_parts.EnforcementServices:
        return self.core.offers.take(enforcement_parts.EnforcementServices)

    def figures(self) -> Iterable[Figure]:
        """What the parts count, for `/metrics`."""
        yield from self.workers.figures()
        for running in self.parts.values():
            yield from running.figures()

    def warnings(self) -> Iterable[str]:
        """What the parts warn of, for `/readyz`: sentences that name nobody."""
        for running in self.parts.values():
            yield from running.warnings()


async def open_limen(
    closing: AsyncExitStack,
    settings: Settings,
    root: Path,
    first: Callable[[], Company],
    clock: Clock | None = None,
    worker: int = 1,
) -> Limen:
    """Put the parts together until the facts stand and every door can decide. `closing` takes them apart again.

    `first` reads the company that becomes revision 1 where the database has none. `worker` is the number of this one,
    of several on this machine. Raises LimenError with what to mend:
    a folder with problems, a master key that does not fit, a journal that another process writes, a part that can't be
    taken in.
    """
    core, in_force = await _open_core(closing, settings, root, clock or SystemClock(), worker)
    for pillar in pillars():
        pillar.prepare(core)
    await asyncio.to_thread(_publish_first, core, first)
    await core.feed.start()
    closing.push_async_callback(core.feed.stop)
    parts = await _build_parts(closing, core)
    disk, backups = await _look_after(closing, core)
    asgi = await _answer(core, in_force, disk, backups, parts)
    workers = WorkersSeen(core.database)
    _start(closing, workers.every, core.leader)
    closing.callback(core.database.hurry)  # the first to be called at the end
    return Limen(core=core, in_force=in_force, parts=parts, disk=disk, asgi=asgi, workers=workers)


async def _build_parts(closing: AsyncExitStack, core: Core) -> dict[str, Running]:
    """Each part over what those before it offer, with its periodic work."""
    built: dict[str, Running] = {}
    for pillar in pillars():
        running = built[pillar.name] = await pillar.build(core)
        closing.push_async_callback(_close_part, pillar.name, running)
        for value in running.offers:
            core.offers.give(value)
        for every in running.periodic:
            _start(closing, every, core.leader)
    core.offers.give(AccessSurfaces(tuple(one for running in built.values() for one in running.surfaces)))
    return built


async def _close_part(name: str, running: Running) -> None:
    """Without its database a part can't write down the last seconds of what it counted; all else ends in order."""
    try:
        await running.close()
    except StorageError as error:
        _log.warning("%s could not write down its last: %s", name, error.what)


async def _look_after(closing: AsyncExitStack, core: Core) -> tuple[Disk, BackupSchedule]:
    """What Limen does for itself: sends mail, erases what is past its time, looks at the disk, takes backups."""
    settings, root, clock = core.settings, core.root, core.clock
    data, outbox = places.data_folder(root, settings), places.outbox_folder(root, settings)
    sender = mail_sender(settings, root, core.database, core.keyring, clock, leading(Once.IN_ALL, core.leader))
    sender.start()
    closing.push_async_callback(sender.stop)
    disk = Disk(
        data=data,
        journal=places.journal_folder(root, settings),
        budget_bytes=settings.storage.journal_megabytes * MEGABYTE,
        tell=core.journal.record,
        clock=clock,
        is_ours=leading(Once.PER_MACHINE, core.leader),
    )
    await asyncio.to_thread(disk.look)
    core.database.workers.doing = lambda: _doing(core, disk)
    retention = RetentionJob(core.database, core.journal, settings.retention, data, outbox, clock)
    backups = _keeping(core)
    closing.push_async_callback(backups.close)
    left_out = Every(
        "say what of strangers was left out", TOLD_EVERY_SECONDS, core.journal.tell_left_out, Once.PER_WORKER
    )
    core.journal.beside = Beside(core.journal.reader, _is_beside(core), core.journal.take_in)
    beside = Every("see what other workers wrote", BESIDE_SECONDS, lambda: _look_beside(core), Once.PER_WORKER)
    keep_days = settings.storage.journal_days
    own_chain = OwnChainJob(core.database, core.journal, keep_days, clock, leading(Once.IN_ALL, core.leader))
    left_chains = LeftChains(core.database, core.journal, core.keyring.journal_keys, keep_days, _is_beside(core), clock)
    kept = core.database.kept_briefly
    forgetting = Every("forget what was kept briefly", FORGOTTEN_EVERY_SECONDS, kept.forget_what_is_over, Once.IN_ALL)
    erasing = (retention.every, own_chain.every, left_chains.every, forgetting)
    roadmap = RoadmapJob(core)
    core.offers.give(roadmap)
    probes = Probes(core)
    core.offers.give(probes)
    own = (roadmap.every, MonthlyLetters(core).every, probes.every)
    for every in (*erasing, disk.every, backups.every, left_out, beside, *own):
        _start(closing, every, core.leader)
    return disk, backups


def _doing(core: Core, disk: Disk) -> Doing:
    """What this worker says of itself beside its acknowledgement."""
    leads = next((word for word, once in _LEADS.items() if core.leader.leads(once)), "")
    free = -1 if disk.space is None else disk.space.free_bytes
    return Doing(core.clock.now(), leads, __version__, free)


def _is_beside(core: Core) -> Callable[[str], bool]:
    """Whether a chain is one of another worker on this machine."""
    first = places.own_chain(core.root, core.settings)
    own = core.journal.writer
    return lambda name: name != own and (name == first or re.fullmatch(rf"{re.escape(first)}-\d+", name) is not None)


async def _look_beside(core: Core) -> None:
    if core.journal.beside is not None:
        await asyncio.to_thread(core.journal.beside.look)


def _start(closing: AsyncExitStack, every: Every, leader: Leader) -> None:
    closing.push_async_callback(periodic.stop, periodic.start(every, leader))


def mail_sender(
    settings: Settings,
    root: Path,
    database: Database,
    keyring: Keyring,
    clock: Clock,
    is_ours: Callable[[], bool] = lambda: True,
) -> Sender:
    """What sends the queue as `[mail]` says, while `is_ours`: through the company's server, or into files."""
    file = places.mail_password_file(root, settings)
    transport: Transport = FileOutbox(places.outbox_folder(root, settings))
    if settings.mail.server:
        transport = Smtp(settings.mail, lambda: mail_password(file, os.environ))
    sender = settings.mail.sender or f"limen@{settings.domain}"
    gap_seconds = GAP_SECONDS if settings.mail.server else 0.0
    return Sender(database, Mails(keyring), transport, clock, sender, settings.name, gap_seconds, is_ours)


async def _open_core(
    closing: AsyncExitStack, settings: Settings, root: Path, clock: Clock, worker: int
) -> tuple[Core, InForce]:
    """What stands before any part is built. What the parts declare is taken over first."""
    pillars()

    locks = places.workers_folder(root, settings)
    chains, chain = places.journal_folder(root, settings), places.own_chain(root, settings, worker)

    def opened() -> tuple[Database, Keyring, Journal, BreakGlass, Leader]:
        refuse_half_restored(root, settings)
        held = existing_key(places.key_file(root, settings), os.environ)
        refuse_if_replaced(places.data_folder(root, settings), places.backup_folder(root, settings), held)
        _bring_over(settings, root, clock.now())
        database = Database.open(places.database_of(root, settings), clock=clock)
        closing.callback(database.close)
        database.claim(locks)
        database.said_by = database.workers.chain = chain
        leader = Leader(FileLock(locks / LEADS_MACHINE), database.backend.leadership())
        leader.look()
        refuse_missing_tables(database)
        erase_again(database, places.data_folder(root, settings), clock.now())
        key_file = places.key_file(root, settings)
        keyring = Keyring.open(database, master_key(key_file, os.environ), clock=clock)
        journal = Journal.open(
            chains,
            keyring.journal_keys,
            database=database,
            writer=chain,
            keep_days=settings.storage.journal_days,
            others=lambda: _carrying(database, chains) if leader.leads(Once.IN_ALL) else None,
            clock=clock,
        )
        closing.callback(journal.close)
        break_glass = BreakGlass(places.break_glass_file(root, settings), keyring.journal_keys)
        break_glass.prepare()
        return database, keyring, journal, break_glass, leader

    database, keyring, journal, break_glass, leader = await asyncio.to_thread(opened)
    database.workers.requests = lambda: sum(journal.counters.counts().decisions.values())
    known = FactStore()
    feed = Feed(database, known, clock=clock)
    in_force = projection.follow(feed, known, settings)
    core = Core(
        root=root,
        settings=settings,
        clock=clock,
        database=database,
        keyring=keyring,
        journal=journal,
        known=known,
        feed=feed,
        engine=lambda: in_force.engine,
        break_glass=break_glass,
        locked_out=lambda people: _locked_out(in_force, people, clock.now()),
        leader=leader,
    )
    await leader.start()
    closing.push_async_callback(leader.close)
    return core, in_force


def _carrying(database: Database, chains: Path) -> set[str]:
    """The chains of workers that write down themselves what they said: here by their locks, elsewhere as registered."""
    here = {folder.name for folder in writer_folders(chains) if not is_copy(folder) and is_being_written(folder)}
    return here | {one.chain for one in database.workers.all()}


def _bring_over(settings: Settings, root: Path, now: Instant) -> None:
    """Bring an older database over at the start, as `limen upgrade` does it: rehearsed and saved, or not at all."""
    key = existing_key(places.key_file(root, settings), os.environ)
    if key is not None and needs_upgrade(places.database_of(root, settings)):
        done = upgrade(root, settings, key, now)
        _log.warning(
            "the database was upgraded from version %s to %s; the previous state is in %s",
            done.before,
            done.after,
            done.saved,
        )


def _locked_out(in_force: InForce, people: Snapshot, now: Instant) -> str:
    """What the policies in force put in the way of everybody who could administer Limen; "" where somebody can.

    In force is what the database says: this worker may not follow yet what another has just published.
    """
    company, newest = in_force.company, revisions.newest(people)
    if company is not None and newest is not None and newest.id != company.revision:
        company = revisions.company_of(people, newest.id) or company
    found = None if company is None else lockout(company, people_of(people), now)
    return "; ".join(map(str, found.obstacles)) if isinstance(found, LockedOut) else ""


def _publish_first(core: Core, first: Callable[[], Company]) -> None:
    if core.database.read(revisions.newest) is None:
        publish(core.database, first(), SERVER, "the folder that Limen was first started with", core.clock.now())


def _keeping(core: Core) -> BackupSchedule:
    file = places.key_file(core.root, core.settings)
    return BackupSchedule(core.root, core.settings, lambda: master_key(file, os.environ), core.database, core.clock)


async def _answer(
    core: Core, in_force: InForce, disk: Disk, backups: BackupSchedule, parts: Mapping[str, Running]
) -> Asgi:
    """The pages, and behind them the gateway."""
    enforcement = core.offers.take(enforcement_parts.EnforcementServices)
    pages = web.build(
        web.Ports(
            settings=core.settings,
            clock=core.clock,
            database=core.database,
            journal=core.journal,
            break_glass=core.break_glass,
            known=core.known,
            in_force=in_force,
            doors=enforcement.doors,
            app_logins=enforcement.app_logins,
            identity=core.offers.take(identity_parts.IdentityServices),
            workloads=core.offers.take(Workloads),
            alias=enforcement.said.alias,
            settled=core.feed.settled,
            scarce=lambda: disk.sentences,
            examine=lambda: _examine(core, enforcement.hops),
            backups=backups,
            offers=core.offers,
            saw_sign_in=tuple([running.saw_sign_in for running in parts.values()]),
            first_steps=tuple([running.first_step for running in parts.values()]),
            proofs={kind: page for running in parts.values() for kind, page in running.proofs.items()},
        ),
        [page for pillar in pillars() for page in pillar.pages],
    )
    return _by_host(core.settings, pages, enforcement.gateway, enforcement.hops)


async def _examine(core: Core, hops: UntrustedProxies) -> tuple[Finding, ...]:
    """What the doctor finds from inside the running Limen, of the apps that are in force."""
    from limen.doctor.examine import examine_setup  # noqa: PLC0415 -- only when somebody asks
    from limen.doctor.machine import this_machine  # noqa: PLC0415 -- the same
    from limen.doctor.setup import Setup  # noqa: PLC0415 -- the same

    apps = tuple(app for app in core.known.apps.values() if app.id != LIMEN)
    return await examine_setup(
        Setup(core.root, core.settings, apps, this_machine(), own_pid=os.getpid(), strangers=hops.seen)
    )


def _by_host(settings: Settings, pages: Asgi, gateway: Asgi, hops: UntrustedProxies) -> Asgi:
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
