"""The section `[monitor]` of `limen.toml`: where this machine takes logs, and how much of its disk they may have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from limen.connectors.clickhouse.server import URL as CLICKHOUSE
from limen.connectors.nats.stream import URL as NATS
from limen.settings import ListensAt, Section


class MonitorSettings(Section):
    """Where syslog is taken, and where events are kept. Who sends stands in `monitor.yaml`.

    The password of ClickHouse is never here: it is in a file that only its owner reads, in the environment
    (`LIMEN_CLICKHOUSE_PASSWORD`), or a systemd credential (`limen.clickhouse.password`).
    """

    syslog_tls: ListensAt = ""
    """`address:port` where syslog over TLS is taken, such as 0.0.0.0:6514; "" turns it off."""
    syslog_tcp: ListensAt = ""
    """The same over plain TCP, where nobody proves who sends; "" turns it off."""
    syslog_udp: ListensAt = ""
    """The same over UDP, where nobody proves who sends, and what is lost is lost; "" turns it off."""
    syslog_name: Annotated[str, Field(max_length=253, pattern=r"^([A-Za-z0-9.:-]+)?$")] = ""
    """The name or address by which senders reach this machine; it stands in its certificate. "" is the name of the
    sign-in host."""
    megabytes: Annotated[int, Field(ge=100, le=100_000_000)] = 20_000
    """How much of the disk events may use; beyond it the source with the most loses its oldest first."""
    clickhouse: Annotated[str, Field(max_length=400, pattern=CLICKHOUSE)] = ""
    """`https://host:8443/database`: where every event goes once it is stored here, and where searches look; "" keeps
    events on this machine alone. While ClickHouse is away events wait here, in as much of the disk as `megabytes`."""
    clickhouse_user: Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9_.@-]+$")] = "limen"
    """The user of ClickHouse."""
    clickhouse_password_file: Path | None = None
    """The file with the user's password; relative to the company folder."""
    clickhouse_authority: Path | None = None
    """The certificates to trust for ClickHouse, in PEM, relative to the company folder; without it those that this
    machine trusts."""
    nats: Annotated[str, Field(max_length=300, pattern=NATS)] = ""
    """`tls://host:4222`: a NATS server with JetStream. Every node puts events into its stream, and one of them takes
    and watches all of them; "" has each node keep and watch what comes to it."""
    nats_stream: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")] = "limen"
    """The name of the stream. Limen makes it where there is none."""
    nats_megabytes: Annotated[int, Field(ge=10, le=10_000_000)] = 2_000
    """How much the stream holds at most when Limen makes it. While it is full, senders are told to send again."""
    nats_credentials: Path | None = None
    """The file with the user's JWT and key, which only its owner reads; relative to the company folder."""
    nats_authority: Path | None = None
    """The certificates to trust for NATS, in PEM, relative to the company folder; without it those that this machine
    trusts."""
