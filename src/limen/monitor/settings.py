"""The section `[monitor]` of `limen.toml`: where this machine takes logs, and how much of its disk they may have."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from limen.settings import ListensAt, Section


class MonitorSettings(Section):
    """Where syslog is taken, and what the store of events may use. Who sends stands in `monitor.yaml`."""

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
