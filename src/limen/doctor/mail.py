"""Mail: the server responds, uses the required encryption and accepts the login; or the outbox is writable."""

from __future__ import annotations

import asyncio
import os
from typing import Final

from limen.doctor.in_thread import aside
from limen.doctor.setup import Setup
from limen.finding import Finding, State
from limen.mail.transports import NotSentError, mail_password

NAME: Final = "mail"
SECONDS: Final = 6.0
_SERVER: Final = "check [mail] in limen.toml"
_NO_PASSWORD: Final = {
    "no-password": "put it in the file set as password_file, or in LIMEN_MAIL_PASSWORD",
    "password-open-to-others": "run chmod 600 on the file set as password_file",
}


async def mail(setup: Setup) -> list[Finding]:
    """It greets and signs in, and sends nothing."""
    if not setup.settings.mail.server:
        return [await aside(lambda: _outbox(setup))]
    return [await _server(setup)]


def _outbox(setup: Setup) -> Finding:
    folder = setup.data / "outbox"
    here = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    if not os.access(here, os.W_OK | os.X_OK):
        what = f"emails are written to {folder}, which this user can't write to"
        return Finding(NAME, State.WRONG, what, "give Limen's user write access", str(folder))
    what = f"no mail server is set, so emails are written to files in {folder}"
    return Finding(NAME, State.OK, what, where=str(folder))


async def _server(setup: Setup) -> Finding:
    import aiosmtplib  # noqa: PLC0415 -- only where a server is named

    said = setup.settings.mail
    host, port = said.host_and_port
    try:
        password = _password(setup)
        await setup.outside.resolve(host)
    except NotSentError as error:
        fix = _NO_PASSWORD.get(error.word, _SERVER)
        return Finding(NAME, State.WRONG, "the mail server's password can't be read", fix, said.server)
    except (OSError, ValueError):
        return Finding(NAME, State.WRONG, f"the mail server {host} has no address", _SERVER, said.server)
    client = aiosmtplib.SMTP(
        hostname=host,
        port=port,
        timeout=SECONDS,
        use_tls=said.security == "tls",
        start_tls=said.security == "starttls",
        tls_context=setup.outside.trust(""),
        local_hostname="limen",
    )
    try:
        async with asyncio.timeout(SECONDS):
            await client.connect()
            if password:
                await client.login(said.user, password)
    except aiosmtplib.SMTPAuthenticationError:
        fix = "correct user and password under [mail] in limen.toml"
        return Finding(NAME, State.WRONG, f"the mail server rejects the login of {said.user}", fix, said.server)
    except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
        what = f'the mail server {said.server} can\'t be used with security "{said.security}": {type(error).__name__}'
        fix = (
            "check that it is running and its certificate is valid, and correct server and security under "
            "[mail] in limen.toml"
        )
        return Finding(NAME, State.WRONG, what, fix, said.server)
    finally:
        client.close()
    done = f"and accepts the login of {said.user}" if password else "and requires no login"
    return Finding(NAME, State.OK, f"the mail server responds {done}", where=said.server)


def _password(setup: Setup) -> str:
    said = setup.settings.mail
    if not said.user:
        return ""
    file = setup.root / said.password_file if said.password_file else None
    return mail_password(file, setup.outside.environ)
