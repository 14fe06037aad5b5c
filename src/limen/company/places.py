"""Where a company's data lies: beside its folder, unless the settings say otherwise."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from limen.company.database_mark import refuse_elsewhere
from limen.nodes.here import this_node
from limen.settings import Settings
from limen.storage.backend import Backend, backend_of
from limen.storage.break_glass import FILE
from limen.storage.database_password import database_password


def data_folder(root: Path, settings: Settings) -> Path:
    """The folder for database, journal and keys; a relative one is beside the company's files."""
    return root / settings.storage.data


def database_url(root: Path, settings: Settings) -> str:
    """The database's URL without a password: what the settings say, or a file in the data folder."""
    return settings.database.url or f"sqlite:///{(data_folder(root, settings) / 'limen.db').resolve()}"


def database_of(root: Path, settings: Settings, url: str = "", environ: Mapping[str, str] = os.environ) -> Backend:
    """The company's database, or another at `url` with the same password.

    Raises DatabaseUnfitError, and LimenError where the company's was moved away, or is half moved.
    """
    file = settings.database.password_file
    where = None if file is None else root / file
    backend = backend_of(url or database_url(root, settings), lambda: database_password(where, environ))
    if not url:
        refuse_elsewhere(data_folder(root, settings), backend.place)
    return backend


def journal_folder(root: Path, settings: Settings) -> Path:
    return data_folder(root, settings) / "journal"


def own_chain(root: Path, settings: Settings, worker: int = 1) -> str:
    """The name of the journal's chain that this machine's server writes; each of several workers has one of its own.

    Raises NodeUnfitError.
    """
    node = this_node(data_folder(root, settings))
    first = "main" if node is None else node.chain
    return first if worker == 1 else f"{first}-{worker}"


def workers_folder(root: Path, settings: Settings) -> Path:
    """Where the workers of this machine keep their locks."""
    return data_folder(root, settings) / "workers"


def events_folder(root: Path, settings: Settings) -> Path:
    """Where what other sources say is kept."""
    return data_folder(root, settings) / "events"


def watching_folder(root: Path, settings: Settings) -> Path:
    """Where the process that watches keeps what it remembers."""
    return data_folder(root, settings) / "monitor"


def events_beside(journal: Path) -> Path:
    """The same, for whoever knows where the journal is."""
    return journal.parent / "events"


def key_file(root: Path, settings: Settings) -> Path:
    """The master key, where neither the environment nor systemd holds one."""
    return data_folder(root, settings) / "master.key"


def break_glass_file(root: Path, settings: Settings) -> Path:
    """The state of break-glass, which needs no database."""
    return data_folder(root, settings) / FILE


def outbox_folder(root: Path, settings: Settings) -> Path:
    """Where mails are written to files, while no server is set to send them."""
    return data_folder(root, settings) / "outbox"


def backup_folder(root: Path, settings: Settings) -> Path:
    """Where the backups go that the running server takes."""
    folder = settings.backup.folder
    return root / folder if folder is not None else data_folder(root, settings) / "backups"


def mail_password_file(root: Path, settings: Settings) -> Path | None:
    """The mail server's password, where neither the environment nor systemd holds one."""
    return root / settings.mail.password_file if settings.mail.password_file else None
