"""A real Postfix in folders of its own, set up as Limen says; what it passes on is kept by a mail server of the tests.

It listens twice: where nobody signs in, and where everybody counts as signed in as `ann`.
"""

from __future__ import annotations

import asyncio
import os
import smtplib
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from tests.data.doors.milter_client import MilterWorld, milter_world
from tests.data.doors.protecting import OwnProtection
from tests.interop.real_apps import absent
from tests.ports import free_ports

from limen.data.doors.recipes import postfix

POSTFIX = Path("/usr/sbin/postfix")
IS_HERE = POSTFIX.exists() and os.geteuid() == 0
MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
shlib_directory = /usr/lib/postfix
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mail.harbor.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
relayhost = [127.0.0.1]:{sink}
smtp_dns_support_level = disabled
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
alias_maps =
local_recipient_maps =
notify_classes =
bounce_queue_lifetime = 0
"""
MASTER = """127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{signed_in} inet n - n - - smtpd -o milter_macro_defaults={{auth_authen}}=ann
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass
class PostfixWorld:
    milter: MilterWorld
    folder: Path
    port: int
    signed_in: int
    passed_on: list[tuple[list[str], bytes]] = field(default_factory=list)

    async def send(
        self, body: str, *to: str, subject: str = "Lunch", attached: bytes = b"", signed_in: bool = True
    ) -> tuple[int, str]:
        """What Postfix says to the mail."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "ann@harbor.example", ", ".join(to), subject
        message.set_content(body)
        if attached:
            message.add_attachment(attached, maintype="application", subtype="octet-stream", filename="list.bin")
        port = self.signed_in if signed_in else self.port
        return await asyncio.to_thread(_sent, port, message, to)

    async def arrived(self, number: int) -> list[tuple[list[str], bytes]]:
        """What was passed on, once it is so much."""
        for _ in range(400):
            if len(self.passed_on) >= number:
                break
            await asyncio.sleep(0.05)
        assert len(self.passed_on) == number, (self.folder / "log").read_text()
        return self.passed_on

    def on_hold(self) -> list[bytes]:
        """The messages that Postfix keeps."""
        return [one.read_bytes() for one in (self.folder / "queue" / "hold").rglob("*") if one.is_file()]


class _Sink:
    def __init__(self, passed_on: list[tuple[list[str], bytes]]) -> None:
        self._passed_on = passed_on

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        self._passed_on.append((sorted(envelope.rcpt_tos), envelope.content))
        return "250 OK"


@asynccontextmanager
async def postfix_world(folder: Path, protection: OwnProtection, **about: Any) -> AsyncIterator[PostfixWorld]:
    if not IS_HERE:
        absent(
            "POSTFIX IS NOT INSTALLED, OR THIS IS NOT ROOT: no real mail server asked Limen (apt-get install postfix)"
        )
    sink_port, port, signed_in = free_ports(3)
    passed_on: list[tuple[list[str], bytes]] = []
    sink = Controller(_Sink(passed_on), "127.0.0.1", sink_port)
    sink.start()
    try:
        async with milter_world(protection, **about) as milter:
            _write(
                folder,
                MAIN.format(folder=folder, sink=sink_port) + postfix(f"127.0.0.1:{milter.port}"),
                port,
                signed_in,
            )
            try:
                await asyncio.to_thread(_postfix, folder, "start")
                await _answers(port)
                yield PostfixWorld(milter, folder, port, signed_in, passed_on)
            finally:
                await asyncio.to_thread(_postfix, folder, "stop")
    finally:
        sink.stop()


def _write(folder: Path, main: str, port: int, signed_in: int) -> None:
    for name in ("conf", "queue", "data"):
        (folder / name).mkdir()
    (folder / "conf" / "main.cf").write_text(main)
    (folder / "conf" / "master.cf").write_text(MASTER.format(port=port, signed_in=signed_in))
    for each in (folder, *folder.parents):  # Postfix drops root's rights
        with suppress(OSError):
            each.chmod(each.stat().st_mode | 0o055)
    subprocess.run(["chown", "postfix", str(folder / "data")], check=True)


def _postfix(folder: Path, task: str) -> None:
    done = subprocess.run(
        [str(POSTFIX), "-c", str(folder / "conf"), task], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def _sent(port: int, message: EmailMessage, to: tuple[str, ...]) -> tuple[int, str]:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.ehlo()
        answers = [client.mail("ann@harbor.example"), *(client.rcpt(one) for one in to)]
        refused = [one for one in answers if one[0] >= 400]
        data = message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
        code, said = refused[0] if refused else client.data(data)
        return code, said.decode()


async def _answers(port: int) -> None:
    for _ in range(400):
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            await reader.readline()
            writer.close()
            return
        await asyncio.sleep(0.05)
    raise AssertionError("Postfix did not start")
