"""What commands about data look with where a company folder is named: its published rules, lists and allowed values."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from limen.cli.open_company import opened
from limen.clock import SystemClock
from limen.data.by_command import CommandProtection, protection_by_command
from limen.data.data_file import FILE
from limen.data.rules.stated import NO_RULES, DataRules


def looking_by_rules(folder: Path, stack: ExitStack) -> tuple[DataRules, CommandProtection]:
    """Until `stack` ends. Before anything is published, all of Limen's detectors look. Raises LimenError."""
    here = stack.enter_context(opened(folder))
    company = here.in_force_or_none()
    rules: DataRules = company.parts.get(FILE, NO_RULES) if company is not None else NO_RULES
    protection = protection_by_command(here.database, here.keyring(), rules, SystemClock().now())
    return rules, stack.enter_context(protection)
