"""The servers that `[monitor]` of `limen.toml` names, with what they need to be asked: read anew whenever they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from limen.connectors.clickhouse.server import Server
from limen.connectors.nats.stream import StreamServer, may_be_read_by_others
from limen.monitor.settings import MonitorSettings
from limen.storage.errors import StorageError
from limen.storage.files import open_plain
from limen.storage.server_password import server_password
from limen.storage.space import MEGABYTE

_LONGEST: Final = 1 << 20


class ServerUnfitError(StorageError):
    """A server of events can't be used as it is set."""


def clickhouse_server(settings: MonitorSettings, root: Path, environ: Mapping[str, str]) -> Server | None:
    """ClickHouse as it is set; None where it is not. Raises ServerUnfitError."""
    if not settings.clickhouse:
        return None
    file = settings.clickhouse_password_file
    return Server(
        url=settings.clickhouse,
        user=settings.clickhouse_user,
        password=server_password("clickhouse", root / file if file else None, environ, ServerUnfitError),
        authority=_certificates(root, settings.clickhouse_authority),
    )


def nats_server(settings: MonitorSettings, root: Path) -> StreamServer | None:
    """NATS as it is set; None where it is not. Raises ServerUnfitError."""
    if not settings.nats:
        return None
    file = root / settings.nats_credentials if settings.nats_credentials else None
    try:
        if file is not None and may_be_read_by_others(file):
            raise ServerUnfitError(f"others can read the credentials of NATS in {file}", f"chmod 600 {file}")
    except OSError as error:
        what = f"the credentials of NATS in {file} can't be read ({error.strerror})"
        raise ServerUnfitError(what, "check the path and its owner") from None
    return StreamServer(
        url=settings.nats,
        stream=settings.nats_stream,
        credentials=str(file.resolve()) if file is not None else "",
        authority=_certificates(root, settings.nats_authority),
        most_bytes=settings.nats_megabytes * MEGABYTE,
    )


def _certificates(root: Path, file: Path | None) -> str:
    if file is None:
        return ""
    try:
        with open_plain(root / file, follows_links=True) as opened:
            text = opened.read(_LONGEST).decode("ascii")
    except (OSError, UnicodeDecodeError):
        text = ""
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise ServerUnfitError(f"{root / file} has no certificates", "name a file with certificates in PEM")
    return text
