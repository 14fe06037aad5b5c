"""The entry points of data that the settings name: opened where they can be, tried again where not, and closed."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from limen.admission import Admission
from limen.clock import DAY, Clock
from limen.data.doors import icap, looking_anew, milter, shares
from limen.data.doors.icap import IcapServer
from limen.data.doors.judging import KeepReason, Protection, Verdict
from limen.data.doors.kinds import DELETED, MASS_RENAMING, NOT_TAKEN
from limen.data.doors.mail_labels import MailLabels
from limen.data.doors.mass_renaming import MassRenaming
from limen.data.doors.milter import MilterServer
from limen.data.doors.not_open import NotOpen
from limen.data.doors.quarantine import Quarantine
from limen.data.doors.refusal import Refusal, RefusalOf
from limen.data.doors.rights import may
from limen.data.doors.samba_audit import SambaAudit
from limen.data.doors.shares import Share, SharePatrol
from limen.data.doors.spool import budget
from limen.data.labels.marks import PURPOSE as LABELS, Marks
from limen.data.protection import DataProtection
from limen.data.rules.stated import DataRules
from limen.data.settings import DataSettings
from limen.errors import LimenError
from limen.events import Event
from limen.facts import FactStore, Group, Person
from limen.pillar import Core, Figure

SWEEP_SECONDS: Final = 900.0
SWEPT: Final = "shares-swept.json"
"""In the data folder: until when the changes of each share were looked for, in nanoseconds."""
TAG_LENGTH: Final = 32
"""An ISTag is no longer (RFC 3507 section 4.7)."""

_log: Final = logging.getLogger("limen.data")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all entry points need. `root` is the company folder, `data` the folder of what Limen keeps; `tag` names the
    rules of now; `device_of(person, address)` gives a person's device where it is clear which; `record` journals.
    """

    protection: Protection
    clock: Clock
    root: Path
    data: Path
    domain: str
    refusal_of: RefusalOf
    tag: Callable[[], str]
    people: Callable[[], Iterable[Person]]
    device_of: Callable[[str, str], str]
    record: Callable[[Event], object]
    keep_reason: KeepReason
    labels: MailLabels = field(default_factory=MailLabels)


def entry_points(core: Core, protection: DataProtection, keep_reason: KeepReason) -> EntryPoints:
    """Those of this Limen."""
    settings = core.settings
    about = Surroundings(
        protection,
        core.clock,
        core.root.resolve(),
        core.root.resolve() / settings.storage.data,
        settings.domain,
        lambda verdict: refusal_of(protection.rules, verdict, settings.help.contact, core.known.groups),
        lambda: core.engine().revision,
        core.known.people.values,
        lambda person, address: device_of(core.known, person, address),
        core.journal.record,
        keep_reason,
        MailLabels(Marks(core.keyring.keys_for(LABELS)), lambda: protection.rules.microsoft),
    )
    return EntryPoints(settings.section(DataSettings), about)


class EntryPoints:
    """All of them. `wrong` says of each that is not open why, by its setting."""

    def __init__(self, settings: DataSettings, about: Surroundings) -> None:
        self.settings, self.about = settings, about
        self.wrong: dict[str, str] = {}
        self.quarantine = Quarantine(quarantine_folder(settings, about.root, about.data))
        self.icap: IcapServer | None = None
        self.milter: MilterServer | None = None
        self.patrols: dict[str, SharePatrol] = {}
        self._watching: dict[str, asyncio.Task[None]] = {}
        self._swept = _read_times(about.data / SWEPT)
        self._not_open = NotOpen(about.data, about.record, about.clock.now)
        self._begun: set[str] = set()
        self._looking: set[asyncio.Task[int]] = set()
        self._admission = Admission()
        self._domains = frozenset(settings.own_domains(about.domain))
        audit = settings.samba_log
        self._audit = SambaAudit(about.root / audit) if audit is not None else None

    async def agree(self) -> None:
        """Open what is to be open and is not, and say of the rest why."""
        wrong: dict[str, str] = {}
        for name, open_it in (("icap", self._open_icap), ("milter", self._open_milter)):
            try:
                await open_it()
            except (LimenError, OSError, ssl.SSLError, ValueError) as error:
                wrong[name] = getattr(error, "strerror", "") or str(error)
        for name in self.settings.shares:
            if problem := self._watch(name) or self._kept_from(name):
                wrong[f"shares.{name}"] = problem
        for name, problem in wrong.items():
            if self.wrong.get(name) != problem:
                _log.warning("[data] %s is not open: %s", name, problem)
        self.wrong = wrong
        self._not_open.tell(wrong)
        self._look_anew()

    async def forget(self) -> None:
        """Delete what was taken out of shares long enough ago, where the settings say so."""
        if not (days := self.settings.quarantine_days):
            return
        now = self.about.clock.now()
        for one in await asyncio.to_thread(self.quarantine.forget, now - days * DAY):
            details: dict[str, str | int | bool] = {"share": one.share, "kept": one.id, "event": one.event}
            self.about.record(Event(at=now, kind=DELETED.name, details=details))

    async def sweep(self) -> None:
        """Look for what changed on shares and was not told."""
        for name, patrol in self.patrols.items():
            begun = time.time_ns()
            await patrol.sweep(self._swept.get(name, begun) - shares.MARGIN_NS)
            behind = patrol.is_behind_since
            self._swept[name] = behind + shares.MARGIN_NS if behind else begun
        if self.patrols:
            (self.about.data / SWEPT).write_text(json.dumps(self._swept))

    def _look_anew(self) -> None:
        """Begin with shares that are watched from now on, and with those that somebody asks for."""
        begun, self._begun = self._begun, set()
        asked = looking_anew.take(self.about.data) & set(self.patrols)
        for name in begun | asked:
            now = time.time_ns()
            since = 0 if name in asked else self._swept.get(name, now) - shares.MARGIN_NS
            self._swept[name] = now
            task = asyncio.create_task(self.patrols[name].sweep(since), name=f"look at what lies on {name}")
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)

    async def close(self) -> None:
        self._not_open.close()
        for server in (self.icap, self.milter):
            if server is not None:
                await server.close()
        tasks = (*self._watching.values(), *self._looking)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def figures(self) -> Iterable[Figure]:
        """What was judged by each way, by what became of it."""
        counted = {
            "icap": self.icap.counts if self.icap is not None else {},
            "milter": self.milter.counts if self.milter is not None else {},
        }
        for name, patrol in self.patrols.items():
            counted[f"share {name}"] = patrol.counts
        for way, counts in counted.items():
            for what, number in sorted(counts.items()):
                labels = {"way": way.split(" ")[0], "what": what}
                yield Figure("limen_data_passed_total", "What passed by proxies, mail and shares", number, labels)

    def person_of(self, name: str) -> str:
        """The ID of the active person who is called so elsewhere: by their address, or what stands before its `@`."""
        wanted = name.rpartition("\\")[2].casefold()
        found = [one.id for one in self.about.people() if one.active and wanted in self._called(one.email.casefold())]
        return found[0] if len(found) == 1 else ""

    # Inside

    def _called(self, email: str) -> tuple[str, ...]:
        local, _, domain = email.rpartition("@")
        return (email, local) if domain in self._domains else (email,)

    async def _open_icap(self) -> None:
        settings = self.settings
        if not settings.icap or self.icap is not None:
            return
        context = tls_context(settings, self.about.root)
        host, port = listens_at(settings.icap, is_encrypted=context is not None, settings=settings)
        server = IcapServer(
            icap.Surroundings(
                self.about.protection,
                self._admission.listener("icap", connections=icap.CONNECTIONS, of_a_source=icap.CONNECTIONS),
                lambda: self.about.tag()[:TAG_LENGTH],
                self.person_of,
                self.about.refusal_of,
                settings.proxies,
                budget(self.about.data),
                self._domains,
            )
        )
        await server.start(host, port, context)
        self.icap = server

    async def _open_milter(self) -> None:
        settings = self.settings
        if not settings.milter or self.milter is not None:
            return
        host, port = listens_at(settings.milter, is_encrypted=False, settings=settings, fix=NO_TLS_BY_MILTER)
        server = MilterServer(
            milter.Surroundings(
                self.about.protection,
                self._admission.listener("milter", connections=milter.CONNECTIONS, of_a_source=milter.CONNECTIONS),
                self._domains,
                self.person_of,
                self.about.keep_reason,
                self.about.clock,
                self.about.labels,
                self.about.refusal_of,
                settings.mail_servers,
                budget(self.about.data),
            )
        )
        await server.start(host, port)
        self.milter = server

    def _watch(self, name: str) -> str:
        """Have a share watched; why it is not, or ""."""
        root = (self.about.root / self.settings.shares[name]).resolve()
        running = self._watching.get(name)
        if running is not None and not running.done():
            return ""
        if problem := unfit_share(root, self.quarantine.folder):
            return problem
        failed = running.exception() if running is not None and not running.cancelled() else None
        patrol = self.patrols.get(name) or self._patrol(Share(name, root))
        self.patrols[name] = patrol
        self._watching[name] = asyncio.create_task(patrol.watch(), name=f"watch the share {name}")
        self._begun.add(name)
        return str(failed) if failed is not None else ""

    def _kept_from(self, name: str) -> str:
        """Why nothing can be taken away from a share that is watched, or ""."""
        patrol = self.patrols[name]
        why = patrol.cannot_take or unwritable(patrol.share.root)
        return f"it is watched, and no file can be taken away: {why}" if why else ""

    def _patrol(self, share: Share) -> SharePatrol:
        return SharePatrol(
            share,
            shares.Surroundings(
                self.about.protection,
                self.quarantine,
                self.about.clock,
                self.person_of,
                user_of,
                self._tell,
                self.about.refusal_of,
                self._audit,
                self._tell_not_taken,
                self.about.tag,
            ),
        )

    def _tell_not_taken(self, share: str, why: str) -> None:
        details: dict[str, str | int | bool] = {"share": share, "why": why}
        self.about.record(Event(at=self.about.clock.now(), kind=NOT_TAKEN.name, details=details))

    def _tell(self, alarm: MassRenaming, person: str, address: str) -> None:
        self.about.record(
            Event(
                at=self.about.clock.now(),
                kind=MASS_RENAMING.name,
                actor=person,
                subject=person,
                device=self.about.device_of(person, address),
                address=address,
                details={"share": alarm.share, "files": alarm.number},
            )
        )


def _read_times(path: Path) -> dict[str, int]:
    """What was written there; nothing where it can't be read, so that a share is watched from now on."""
    try:
        told = json.loads(path.read_text())
        return {str(name): int(at) for name, at in told.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def refusal_of(rules: DataRules, verdict: Verdict, contact: str, groups: Mapping[str, Group] = {}) -> Refusal:
    """What whoever is stopped is told: in the words of the rules that stop them, the first as they were named, else by
    the settings. A group is called as people read it.
    """
    by_id = {one.id: one for one in rules.rules}
    judging = [by_id[one] for one in verdict.judged.rules if one in by_id]
    stopping = [one for one in judging if one.then == verdict.judged.step]
    ask = next((one.ask for one in stopping if one.ask), "")
    group = groups.get(ask)
    asked = (group.title if group is not None else "") or ask or contact
    return Refusal(verdict, asked, next((one.why for one in stopping if one.why), ""))


def device_of(known: FactStore, person: str, address: str) -> str:
    """The device on which somebody is signed in from this address, else the only one on which they are; "" where that
    is none or several.
    """
    sessions = [one for one in known.issued_to(("person", person)) if one.device_id] if person else []
    here = {one.device_id for one in sessions if address and one.address == address}
    devices = here or {one.device_id for one in sessions}
    return devices.pop() if len(devices) == 1 else ""


def quarantine_folder(settings: DataSettings, root: Path, data: Path) -> Path:
    return root / settings.quarantine if settings.quarantine is not None else data / "quarantine"


NO_TLS_BY_MILTER: Final = (
    "use an address of this machine, with a tunnel such as stunnel from the mail server, or say "
    "`unencrypted = true` and name `mail_servers` under [data]"
)
"""A milter speaks no TLS by itself."""
_TLS: Final = "use an address of this machine only, TLS, or say `unencrypted = true` under [data]"


def only_this_machine_asks(address: str, named: Sequence[object]) -> bool:
    """Whether others reach this address, and none of them may connect."""
    return not ip_address(address.rpartition(":")[0].strip("[]")).is_loopback and not named


def listens_at(address: str, *, is_encrypted: bool, settings: DataSettings, fix: str = _TLS) -> tuple[str, int]:
    """The host and port to listen at. Raises LimenError where others could read what passes, and nobody said so."""
    host, _, port = address.rpartition(":")
    plain = host.strip("[]")
    if not (ip_address(plain).is_loopback or is_encrypted or settings.unencrypted):
        raise LimenError(
            f"{address} can be reached from other machines, and what passes could be read on the way",
            fix,
        )
    return plain, int(port)


def tls_context(settings: DataSettings, root: Path) -> ssl.SSLContext | None:
    """The TLS by which proxies ask; None where none is set. Raises LimenError, OSError and ssl.SSLError."""
    if settings.icap_certificate is None and settings.icap_key is None:
        return None
    if settings.icap_certificate is None or settings.icap_key is None:
        raise LimenError("icap_certificate and icap_key belong together", "set both, or none")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    context.load_cert_chain(root / settings.icap_certificate, root / settings.icap_key)
    return context


def unfit_share(root: Path, quarantine: Path) -> str:
    """Why a folder can't be watched; "" where it can."""
    if not root.is_dir():
        return f"{root} is no folder"
    kept = quarantine.resolve()
    if kept == root or root in kept.parents or kept in root.parents:
        return "the quarantine is in the share, or the share in the quarantine"
    return ""


def unwritable(root: Path, user: int | None = None) -> str:
    """Why nothing could be taken away from this folder, or put beside; "" where it can. A mount that is read-only, as
    under a service that may write elsewhere alone, counts for everybody. `user`: who runs Limen, where that is another.
    """
    return "" if may(root, "rwx", user) else f"Limen's user may not read and write in {root}"


def user_of(uid: int) -> str:
    """The name of this user of the machine; "" where it has none."""
    try:
        import pwd  # noqa: PLC0415 -- not on every system
    except ImportError:
        return ""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return ""
