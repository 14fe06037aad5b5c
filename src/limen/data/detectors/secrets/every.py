"""All secrets that Limen knows."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.secrets import (
    clouds,
    code_hosts,
    key_files,
    messages,
    models,
    money,
    offices,
    operations,
    passwords,
)

DETECTORS: Final = tuple(
    one
    for module in (clouds, code_hosts, messages, money, models, operations, offices, key_files, passwords)
    for one in module.DETECTORS
)
