"""One import from end to end: files are read, understood, accounted for, and made into a change of a company."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from limen.company.company import Company
from limen.errors import LimenError
from limen.importing.model import Reader, System, Told, Wishes
from limen.importing.names import BASELINE
from limen.importing.report import Account, Effect, Report
from limen.importing.writing import Change, Wanted, change


@dataclass(frozen=True, slots=True)
class Imported:
    """What was understood, and what became of every value."""

    reader: Reader
    system: System
    account: Account


def understood(reader: Reader, files: Mapping[str, Any], wishes: Wishes, told: Told | None = None) -> Imported:
    """What the files say. Raises LimenError where they are no export of this system, or have not the part wished."""
    if wishes.part and not reader.has_parts:
        raise LimenError(f"an export of {reader.title} has no parts", "leave --part, or the realm, out")
    report = Report()
    system = reader.read(files, report, wishes, told or (lambda _done, _whole: None))
    _refuse_two_alike(system)
    _refuse_other_hosts(wishes, system)
    for key, group in wishes.groups.items():
        _refuse_unknown(key, system)
        report.note((), f"the members of “{key}” come into the company's group {group}", Effect.WIDER)
    return Imported(reader, system, report.account(files))


def change_of(
    imported: Imported, company: Company, wishes: Wishes, *, is_new: bool = False, replaces: bool = False
) -> Change:
    """What it does to the company. Raises LimenError, and FolderError where the result is no company folder."""
    for group in wishes.groups.values():
        if group not in company.settings.groups:
            raise LimenError(f"the company has no group “{group[:40]}”", "declare it in limen.toml under [groups]")
        if group in BASELINE - {"staff", "contractors", "guests"}:
            raise LimenError(f"no import puts people into {group}", "add them by hand, one by one")
    wanted = Wanted(imported.reader.title, imported.reader.name, wishes.groups, replaces=replaces, is_new=is_new)
    return change(company, imported.system, wanted)


def _refuse_two_alike(system: System) -> None:
    often = Counter(one.key for one in system.apps)
    if twice := [key for key, count in often.items() if count > 1]:
        raise LimenError(f"two apps of the export are the same: {twice[0][:80]}", "leave one of them out of the export")


def _refuse_other_hosts(wishes: Wishes, system: System) -> None:
    hosts = sorted({one.host for one in system.apps if one.host})
    if wrong := next((one for one in wishes.upstreams if one not in hosts), ""):
        known = f"its hosts are {', '.join(hosts[:8])}" if hosts else "its apps sign people in themselves: leave it out"
        raise LimenError(f"the export makes no app at “{wrong[:60]}”", known)


def _refuse_unknown(key: str, system: System) -> None:
    if all(one.key != key for one in system.groups):
        known = ", ".join(sorted(one.key for one in system.groups)[:8])
        raise LimenError(f"the export has no group “{key[:60]}”", f"its groups are {known}" if known else "")
