"""How mail is sent: through the company's mail server, always with a time limit, or into files."""

from __future__ import annotations

import asyncio
import os
import ssl
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Protocol

from limen.settings import Mail as MailSettings
from limen.storage.files import open_own

VARIABLE: Final = "LIMEN_MAIL_PASSWORD"
CREDENTIAL: Final = "limen.mail.password"
ONE_MAIL_SECONDS: Final = 30.0
"""For one mail in all: connection, TLS, sign-in and the mail itself."""
_LONGEST_PASSWORD: Final = 1_000


class NotSentError(Exception):
    """A mail did not leave. `word` says why; `is_final` whether another try could not help."""

    def __init__(self, word: str, *, is_final: bool = False) -> None:
        super().__init__(word)
        self.word = word
        self.is_final = is_final


class Transport(Protocol):
    """One way to send a mail."""

    async def send(self, mail_id: str, mail: EmailMessage) -> None:
        """Raises NotSentError."""


@dataclass(frozen=True, slots=True)
class FileOutbox:
    """Each mail as a file of its own, which only Limen's user can read."""

    folder: Path

    async def send(self, mail_id: str, mail: EmailMessage) -> None:
        try:
            await asyncio.to_thread(self._write, mail_id, mail.as_bytes())
        except OSError:
            raise NotSentError("outbox-unwritable") from None

    def _write(self, mail_id: str, data: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self.folder / f".{mail_id}.part"
        handle = open_own(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self.folder / f"{mail_id}.eml")


@dataclass(frozen=True, slots=True)
class Smtp:
    """The company's mail server (RFC 5321). Its password is read anew for each mail, so that it can be changed."""

    settings: MailSettings
    password: Callable[[], str] = field(repr=False)
    trust: ssl.SSLContext | None = None
    seconds: float = ONE_MAIL_SECONDS

    async def send(self, mail_id: str, mail: EmailMessage) -> None:  # noqa: ARG002 -- the mail carries its id
        import aiosmtplib  # noqa: PLC0415 -- only where mail is sent

        try:
            password = self.password() if self.settings.user else ""
            async with asyncio.timeout(self.seconds):
                await self._send(mail, password)
        except NotSentError:
            raise
        except TimeoutError:
            raise NotSentError("too-slow") from None
        except ssl.SSLError:
            raise NotSentError("certificate-refused") from None
        except aiosmtplib.SMTPAuthenticationError:
            raise NotSentError("sign-in-refused") from None
        except aiosmtplib.SMTPRecipientsRefused as error:
            final = all(500 <= one.code < 600 for one in error.recipients)
            raise NotSentError("recipient-refused", is_final=final) from None
        except aiosmtplib.SMTPSenderRefused as error:
            raise NotSentError("sender-refused", is_final=500 <= error.code < 600) from None
        except aiosmtplib.SMTPResponseException as error:
            raise NotSentError("refused", is_final=500 <= error.code < 600) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            word = "certificate-refused" if isinstance(error.__cause__, ssl.SSLError) else "no-connection"
            raise NotSentError(word) from None

    async def _send(self, mail: EmailMessage, password: str) -> None:
        import aiosmtplib  # noqa: PLC0415 -- only where mail is sent

        host, port = self.settings.host_and_port
        client = aiosmtplib.SMTP(
            hostname=host,
            port=port,
            timeout=self.seconds,
            use_tls=self.settings.security == "tls",
            start_tls=self.settings.security == "starttls",
            tls_context=self.trust or ssl.create_default_context(),
            local_hostname="limen",
        )
        try:
            await client.connect()
            if password:
                await client.login(self.settings.user, password)
            await client.send_message(mail)
        finally:
            client.close()


def mail_password(file: Path | None, environ: Mapping[str, str]) -> str:
    """The mail server's password, from the environment, else a systemd credential, else `file`.

    Raises NotSentError where there is none that can be used; also for a file that others may read.
    """
    if written := environ.get(VARIABLE):
        return written
    if folder := environ.get("CREDENTIALS_DIRECTORY"):
        credential = Path(folder) / CREDENTIAL
        if credential.exists():
            return _first_line(credential)
    if file is None:
        raise NotSentError("no-password")
    return _first_line(file)


def _first_line(file: Path) -> str:
    try:
        handle = open_own(file, os.O_RDONLY)
    except OSError:
        raise NotSentError("no-password") from None
    with os.fdopen(handle, "rb") as opened:
        if os.fstat(opened.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise NotSentError("password-open-to-others")
        text = opened.read(_LONGEST_PASSWORD).decode("utf-8", "replace").partition("\n")[0].rstrip("\r")
    if not text:
        raise NotSentError("no-password")
    return text
