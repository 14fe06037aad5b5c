"""Small databases of places, written by `mmdb_writer` in the layouts of those who publish them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

import mmdb_writer
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from limen.clock import SECOND, Instant

VIENNA: Final = {"country_code": "AT", "city": "Vienna", "latitude": 48.2082, "longitude": 16.3738}
GRAZ: Final = {"country_code": "AT", "city": "Graz", "latitude": 47.0707, "longitude": 15.4395}
LISBON: Final = {"country_code": "PT", "city": "Lisbon", "latitude": 38.7223, "longitude": -9.1393}
SAO_PAULO: Final = {"country_code": "BR", "city": "São Paulo", "latitude": -23.5505, "longitude": -46.6333}
TUESDAY: Final[Instant] = 1_795_510_800_000


def owner(number: int, name: str) -> dict[str, Any]:
    """Who runs a network, as the databases of AS numbers say it."""
    return {"autonomous_system_number": number, "autonomous_system_organization": name}


def write_mmdb(path: Path, records: Mapping[str, Any], kind: str = "DBIP-City-Lite", at: Instant = TUESDAY) -> Path:
    """A database of these prefixes, made at this instant."""
    writer = MMDBWriter(6, kind, ipv4_compatible=True, float_type="f64")
    for prefix, record in records.items():
        writer.insert_network(IPSet([prefix]), record)
    with patch.object(mmdb_writer, "time", SimpleNamespace(time=lambda: at / SECOND)):
        writer.to_db_file(str(path))
    return path
