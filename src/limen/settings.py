"""`limen.toml`: the company's name, its domain, where Limen listens and where it keeps its data."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

Network = IPv4Network | IPv6Network
Hours = Annotated[float, Field(gt=0, le=24 * 90)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Listen(_Section):
    """Where Limen listens. `check` is `host:port` or `unix:/path`; "" leaves the check server off."""

    address: str = "127.0.0.1:8080"
    check: str = "127.0.0.1:8081"
    trusted_proxies: tuple[Network, ...] = ()


class Sessions(_Section):
    """How long a sign-in lasts: in all, and without use."""

    absolute_hours: Hours = 12
    idle_hours: Hours = 2


class Storage(_Section):
    """Where Limen keeps what it knows; a path is relative to the company folder."""

    data: Path = Path("data")
    database: str = ""
    journal_days: Annotated[int, Field(gt=0, le=3650)] = 90


class Settings(_Section):
    """Everything `limen.toml` may say. `url` is how browsers reach the sign-in host; its host is the passkeys' home."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    domain: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)]
    time_zone: str = "UTC"
    url: str = ""
    listen: Listen = Listen()
    sessions: Sessions = Sessions()
    storage: Storage = Storage()
    groups: dict[str, str] = {}
    networks: dict[str, tuple[Network, ...]] = {}

    @property
    def public_url(self) -> str:
        """The sign-in host's origin, without a slash at its end."""
        return self.url.rstrip("/") or f"https://limen.{self.domain}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
