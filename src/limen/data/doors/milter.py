"""The milter server: mail servers ask it about each mail, when all of it is there and before they accept it.

What passes goes on with a header that says its label; what does not is refused while its sender still waits, so that
nobody has to be written to. A mail server that is told to (`milter_default_action = tempfail`) takes no mail without.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from limen.admission import Entry, Listener
from limen.clock import Clock
from limen.data.documents import WhyNot
from limen.data.doors import mail, milter_wire
from limen.data.doors.judging import Content, KeepReason, Passed, Protection, Verdict, judge
from limen.data.doors.mail_labels import NAMES, MailLabels
from limen.data.doors.milter_wire import Agreed, Can, MilterError
from limen.data.doors.peers import Network, Refused, may_connect
from limen.data.doors.refusal import Refusal, RefusalOf
from limen.data.doors.spool import budget
from limen.data.rules.model import Channel, Passing, Step
from limen.facts import Label
from limen.http_bodies.spool import Budget, NoRoomError, Spool

CONNECTIONS: Final = 512
IDLE_SECONDS: Final = 600.0
"""So long a mail server's client may think between two of its commands; Postfix gives it 300 seconds."""
MOST_RECIPIENTS: Final = 10_000
MOST_HEADERS: Final = 2_000
"""Of more headers none is kept for a label, and the mail gets none."""
NAME: Final = "message.eml"

_log: Final = logging.getLogger("limen.data")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a milter server has to know.

    `domains` are the company's own, in small letters. `person_of` gives the ID of who is signed in to the mail server
    by this name, "" for nobody that is known. `labels` writes a mail's label, `refusal_of` says what people are told.
    """

    protection: Protection
    listener: Listener
    domains: frozenset[str]
    person_of: Callable[[str], str]
    keep_reason: KeepReason
    clock: Clock
    labels: MailLabels = field(default_factory=MailLabels)
    refusal_of: RefusalOf = Refusal
    named: Sequence[Network] = ()
    room: Budget = field(default_factory=budget)


class MilterServer:
    """One listener. `counts` holds how many mails were judged, by the step; and what was no packet."""

    def __init__(self, about: Surroundings) -> None:
        self.about = about
        self.counts: Counter[str] = Counter()
        self._refused = Refused("mail_servers")
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> int:
        """Listen there; the port. Raises OSError."""
        self._server = await asyncio.start_server(self._connected, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        entry = None
        if may_connect(peer, self.about.named):
            entry = self.about.listener.enter(peer, lambda _word: writer.transport.abort())
        else:
            self._refused.tell(peer)
        if entry is None:
            self.counts["not-let-in"] += 1
            writer.transport.abort()
            return
        task = asyncio.ensure_future(_Connection(self, reader, writer, entry).serve())
        self._open.add(task)
        task.add_done_callback(self._open.discard)


class _Mail:
    """One mail as it comes."""

    def __init__(self, room: Budget, sender: str = "") -> None:
        self.spool, self.sender = Spool(room, sender), sender
        self.recipients: list[str] = []
        self.headers: list[tuple[str, str]] = []
        self.body_at = 0
        self.is_too_large = False

    def values(self, name: str) -> list[str]:
        """What the headers of this name say, as they came."""
        return [value for each, value in self.headers if each.lower() == name.lower()]

    def add(self, piece: bytes) -> None:
        """Keep a piece of it, as far as one may be large."""
        if self.spool.is_full:
            self.is_too_large = True
        else:
            self.spool.write(piece)


class _Connection:
    """A mail server's connection: what it says of one client, who may send several mails."""

    def __init__(
        self, server: MilterServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, entry: Entry
    ) -> None:
        self._server, self._about = server, server.about
        self._reader, self._writer, self._entry = reader, writer, entry
        self._agreed = Agreed(Can(0), milter_wire.Leave(0))
        self._signed_in = ""
        self._address = ""
        self._mail = _Mail(self._about.room, self._signed_in or self._address)

    async def serve(self) -> None:
        try:
            while await self._one():
                pass
        except MilterError:
            self._server.counts["unreadable"] += 1
        except (EOFError, ConnectionError):  # it went away
            pass
        except (NoRoomError, OSError):  # it is not answered, so the mail server does what it was told for that
            _log.warning("a mail could not be held: there is no room for it")
        finally:
            self._mail.spool.close()
            self._entry.leave()
            self._writer.close()

    async def _one(self) -> bool:
        """Take one packet, and answer it. False where the connection ends with it."""
        self._entry.due = asyncio.get_running_loop().time() + IDLE_SECONDS
        command, data = await milter_wire.read_packet(self._reader)
        if command == b"Q":
            return False
        if command == b"O":
            self._agreed = Agreed.on(data)
            await self._send(self._agreed.packet())
        elif command == b"E":
            self._mail.add(data)
            self._entry.due = 0.0
            await self._send(await self._judged())
            self._forget()
        else:
            self._take(command, data)
            if self._agreed.is_answered(command):
                await self._send(milter_wire.CONTINUE)
        return True

    def _take(self, command: bytes, data: bytes) -> None:
        if command == b"D":
            self._macros(data)
        elif command == b"M":
            self._forget()
        elif command == b"R":
            self._recipient(data)
        elif command == b"L":
            self._header(data)
        elif command == b"N":
            self._mail.add(b"\r\n")
            self._mail.body_at = self._mail.spool.size
        elif command == b"B":
            self._mail.add(data)
        elif command in b"AK":
            self._forget()
            if command == b"K":
                self._signed_in = ""
        elif command == b"C":
            self._address = milter_wire.address_in(data)
        elif command not in b"HTU":
            raise MilterError

    def _macros(self, data: bytes) -> None:
        """What the mail server knows beside: who is signed in to it, said with each `MAIL FROM`."""
        if not data.startswith(b"M"):
            return
        said = milter_wire.texts(data[1:])
        known = dict(zip(said[::2], said[1::2], strict=False))
        self._signed_in = known.get(b"{auth_authen}", b"").decode("utf-8", "replace")

    def _recipient(self, data: bytes) -> None:
        said = milter_wire.texts(data)
        if not said or len(self._mail.recipients) >= MOST_RECIPIENTS:
            raise MilterError
        self._mail.recipients.append(mail.address_of(said[0]))

    def _header(self, data: bytes) -> None:
        said = milter_wire.texts(data)
        if len(said) != 2:
            raise MilterError
        name, value = said
        has_space = bool(self._agreed.leaves & milter_wire.Leave.SPACE_OF_HEADERS)
        text = value.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        self._mail.add(name + (b":" if has_space else b": ") + text + b"\r\n")
        if len(self._mail.headers) <= MOST_HEADERS:
            told = (name.decode("utf-8", "replace"), value.decode("utf-8", "replace").strip())
            self._mail.headers.append(told)

    # What becomes of it

    async def _judged(self) -> bytes:
        """The answer to a whole mail, with what is changed of it."""
        it, person = self._mail, self._person()
        subjects = it.values("Subject")
        why, rest = mail.reason_in(subjects[0]) if len(subjects) == 1 else ("", "")
        passing = Passing(Channel.MAIL, person=person, outside=mail.outside(it.recipients, self._about.domains))
        unread: frozenset[WhyNot] = frozenset({WhyNot.TOO_LARGE}) if it.is_too_large else frozenset()
        passed = Passed((Content(it.spool, NAME),), unread=unread, why=why if person else "", sender=it.sender)
        verdict = await judge(self._about.protection, passing, passed, self._about.keep_reason)
        self._server.counts[verdict.judged.step.name.lower()] += 1
        if verdict.judged.step == Step.QUARANTINE and self._agreed.can & Can.QUARANTINE:
            kept = milter_wire.quarantine(mail.kept_because(verdict))
            return kept + await self._labelled(verdict) + milter_wire.CONTINUE
        if not verdict.passes:
            return milter_wire.reply(mail.reply(self._about.refusal_of(verdict), knows_sender=bool(person)))
        subject = b""
        if why and self._agreed.can & Can.CHANGE_HEADERS:
            subject = milter_wire.change_header("Subject", rest)
            it.headers = [(name, rest if name.lower() == "subject" else value) for name, value in it.headers]
        return subject + await self._labelled(verdict) + milter_wire.CONTINUE

    async def _labelled(self, verdict: Verdict) -> bytes:
        """The headers that say the label: only those that count, whatever was there."""
        it, can = self._mail, self._agreed.can
        if not can & Can.CHANGE_HEADERS or not can & Can.ADD_HEADERS:
            return b""
        if len(it.headers) > MOST_HEADERS or it.is_too_large:
            new: list[tuple[str, str]] | None = []
        else:
            new = await asyncio.to_thread(self._label, it, verdict.judged.label)
        if new is None:
            return b""
        gone = [
            milter_wire.change_header(name, "", number)
            for name in NAMES
            for number in range(len(it.values(name)), 0, -1)
        ]
        return b"".join((*gone, *(milter_wire.add_header(name, value) for name, value in new)))

    def _label(self, it: _Mail, judged: Label | None) -> list[tuple[str, str]] | None:
        fields = [(name, " ".join(value.split())) for name, value in it.headers]
        body = partial(it.spool.read, it.body_at)
        return self._about.labels.headers(fields, body, judged, self._about.clock.now())

    def _person(self) -> str:
        return self._about.person_of(self._signed_in) if self._signed_in else ""

    def _forget(self) -> None:
        self._mail.spool.close()
        self._mail = _Mail(self._about.room, self._signed_in or self._address)

    async def _send(self, data: bytes) -> None:
        self._writer.write(data)
        with suppress(ConnectionError):
            await self._writer.drain()
