"""Whether what asks about data, and what is watched, can be so: what `limen doctor` says of the section `[data]`."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from typing import Final

from limen.data.doors.not_open import not_open
from limen.data.doors.rights import may, owner_of
from limen.data.doors.services import (
    NO_TLS_BY_MILTER,
    listens_at,
    only_this_machine_asks,
    quarantine_folder,
    tls_context,
    unfit_share,
    unwritable,
)
from limen.data.settings import DataSettings
from limen.errors import LimenError
from limen.finding import Finding, State
from limen.pillar.part import Installation

NAME: Final = "data"
_WHERE: Final = "limen.toml"


async def examine(installation: Installation) -> list[Finding]:
    """It looks at files and folders, and asks nobody."""
    settings = installation.settings.section(DataSettings)
    if not settings.is_on:
        return [Finding(NAME, State.SKIPPED, "no proxy, mail server or share is set under [data]", where=_WHERE)]
    return await asyncio.to_thread(lambda: list(_found(installation, settings)))


def _found(installation: Installation, settings: DataSettings) -> Iterator[Finding]:
    found = [
        *_proxies(installation, settings),
        *_mail_servers(settings),
        *_shares(installation, settings),
    ]
    are_wrong = {one.where for one in found if one.state is State.WRONG}
    yield from found
    for name, why in not_open(installation.root / installation.settings.storage.data).items():
        share = settings.shares.get(name.removeprefix("shares."))
        where = str((installation.root / share).resolve()) if share is not None else getattr(settings, name, "")
        if where not in are_wrong:
            what = f"{name} is not as it should be in the Limen that runs: {why}"
            yield Finding(NAME, State.WRONG, what, "correct it under [data], or end what is in its way", where)


def _proxies(installation: Installation, settings: DataSettings) -> Iterator[Finding]:
    if not settings.icap:
        return
    try:
        context = tls_context(settings, installation.root)
        listens_at(settings.icap, is_encrypted=context is not None, settings=settings)
    except LimenError as error:
        yield Finding(NAME, State.WRONG, error.what, error.fix, settings.icap)
    except (OSError, ssl.SSLError, ValueError) as error:
        what = f"the certificate of the ICAP server can't be used: {getattr(error, 'strerror', '') or error}"
        yield Finding(NAME, State.WRONG, what, "set icap_certificate and icap_key to PEM files", settings.icap)
    else:
        if only_this_machine_asks(settings.icap, settings.proxies):
            what = "web proxies of other machines may not connect: none is named"
            yield Finding(NAME, State.WARNING, what, "name them by `proxies` under [data]", settings.icap)
            return
        known = (
            "are believed who signed in to them" if settings.proxies else "are not named, so nobody is known by name"
        )
        yield Finding(NAME, State.OK, f"web proxies ask by ICAP, and {known}", where=settings.icap)


def _mail_servers(settings: DataSettings) -> Iterator[Finding]:
    if not settings.milter:
        return
    try:
        listens_at(settings.milter, is_encrypted=False, settings=settings, fix=NO_TLS_BY_MILTER)
    except (LimenError, ValueError) as error:
        fix = getattr(error, "fix", "") or "write it as 127.0.0.1:8891"
        yield Finding(NAME, State.WRONG, getattr(error, "what", str(error)), fix, settings.milter)
    else:
        if only_this_machine_asks(settings.milter, settings.mail_servers):
            what = "mail servers of other machines may not connect: none is named"
            yield Finding(NAME, State.WARNING, what, "name them by `mail_servers` under [data]", settings.milter)
        else:
            yield Finding(NAME, State.OK, "mail servers ask by milter", where=settings.milter)


def _shares(installation: Installation, settings: DataSettings) -> Iterator[Finding]:
    root = installation.root
    owner = owner_of(root / installation.settings.storage.data)
    quarantine = quarantine_folder(settings, root, root / installation.settings.storage.data)
    for name, folder in settings.shares.items():
        where = (root / folder).resolve()
        problem = unfit_share(where, quarantine)
        if problem:
            fix = f"correct shares.{name} or quarantine under [data]"
            yield Finding(NAME, State.WRONG, f"the share {name} is not watched: {problem}", fix, str(where))
        elif problem := unwritable(where, owner):
            what = f"the share {name} is watched, and no file can be taken away: {problem}"
            fix = "give it the right to, and install the unit again that `limen systemd-unit` prints"
            yield Finding(NAME, State.WRONG, what, fix, str(where))
        else:
            yield Finding(NAME, State.OK, f"the share {name} is watched", where=str(where))
    log = settings.samba_log
    if settings.shares and log is not None and not (root / log).is_file():
        what = "Samba's log is not there, so whoever owns a file counts as its writer"
        yield Finding(NAME, State.WARNING, what, "`limen data recipe samba` says how it is written", str(root / log))
    elif settings.shares and log is not None and not may(root / log, "r", owner):
        what = "Limen's user can't read Samba's log, so whoever owns a file counts as its writer"
        yield Finding(NAME, State.WARNING, what, "`limen data recipe samba` has it written for Limen", str(root / log))
