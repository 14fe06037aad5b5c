"""`limen import SYSTEM`: what of another system's export would become part of the company, and with --write does."""

from __future__ import annotations

import difflib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from limen.cli import apply
from limen.cli.options import company_folder
from limen.cli.output import at, counted, progress
from limen.company.company import Company
from limen.company.folder import SETTINGS
from limen.company.load import failing_tests, load_company
from limen.company.new_folder import Answers, begin
from limen.company.pull import write_text
from limen.errors import LimenError
from limen.importing.entries import NOWHERE
from limen.importing.export import read_export
from limen.importing.importing import Imported, change_of, understood
from limen.importing.model import Reader, Wishes
from limen.importing.report import Account
from limen.importing.report_text import as_csv, as_json as report_json, markdown, plain, summary
from limen.importing.writing import Change, without_example

FOLDER: Final = "imports"
"""In the data folder, which is kept out of git: people's names are nothing for it."""
_MOST_LINES: Final = 200


def run(
    reader: Reader,
    paths: list[Path],
    folder: Path | None,
    *,
    apps: Mapping[str, str],
    groups: Mapping[str, str],
    part: str,
    write: bool,
    replaces: bool,
    report: Path | None,
    message: str,
    as_json: bool,
) -> None:
    """Without `write` nothing is written but the `report`."""
    wishes = Wishes(apps, groups, part)
    with progress(f"Reading {reader.title}", quiet=as_json) as told:
        files = read_export(paths)
        imported = understood(reader, files, wishes, told)
    target = _target(folder, may_be_none=not write)
    is_new = target is None or not (target / SETTINGS).exists()
    company = _begun(imported) if is_new or target is None else load_company(target)
    done = change_of(imported, company, wishes, is_new=is_new, replaces=replaces)
    failing = failing_tests(done.company)
    if report is not None:
        _write_report(report, imported.account, reader.title, done)
    if as_json:
        print(json.dumps(_plain(imported, done, [str(one) for one in failing], is_new=is_new), ensure_ascii=False))
    else:
        print("\n".join(_text(imported, done, company)))
        for one in failing:
            print(f"! {one}")
    if not write:
        if not as_json:
            print("Nothing was written. To write it, repeat the command with --write.")
        return
    assert target is not None  # noqa: S101 -- as _target was told
    lists = _written(target, company, done, imported, is_new=is_new)
    if not as_json:
        print("\n".join(_what_next(target, lists, is_new=is_new)))
    if message:
        apply.run(target, message=message)


def _target(folder: Path | None, *, may_be_none: bool) -> Path | None:
    """The company folder, which need not exist where it was named; None where there is none, and need not be."""
    if folder is not None:
        return folder
    if (Path() / SETTINGS).is_file() or not may_be_none:
        return company_folder(None)
    return None


def _begun(imported: Imported) -> Company:
    """A folder as `limen init` writes it, for the domain that the export is about."""
    domain = imported.system.domain
    answers = Answers(domain.split(".", 1)[0].capitalize(), domain) if domain else Answers()
    with tempfile.TemporaryDirectory(prefix="limen-import-") as above:
        folder = Path(above) / "company"
        begin(folder, answers)
        return without_example(load_company(folder), imported.system)


def _written(folder: Path, company: Company, done: Change, imported: Imported, *, is_new: bool) -> Path:
    """Write what changed, and beside the company's data the list of people and the report; the folder of these."""
    if is_new:
        domain = company.settings.domain
        begin(folder, Answers(company.settings.name, domain))
    texts = done.company.files if is_new else done.changed
    for name, text in texts.items():
        write_text(folder, name, text)
    data = done.company.settings.storage.data
    lists = (data if data.is_absolute() else folder / data) / FOLDER / imported.reader.name
    lists.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, text in (
        ("people.csv", done.people),
        ("report.md", markdown(imported.account, imported.reader.title, done.kept)),
        ("report.json", report_json(imported.account)),
    ):
        write_text(lists, name, text)
        (lists / name).chmod(0o600)
    return lists


def _write_report(path: Path, account: Account, title: str, done: Change) -> None:
    suffix = path.suffix.lower()
    if suffix not in {".md", ".csv", ".json"}:
        raise LimenError(f"{path} has no known ending", "write .md, .csv or .json")
    text = (
        as_csv(account)
        if suffix == ".csv"
        else report_json(account)
        if suffix == ".json"
        else markdown(account, title, done.kept)
    )
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LimenError(f"{path} can't be written: {error.strerror}", "name a file that is not there yet") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _plain(imported: Imported, done: Change, failing: list[str], *, is_new: bool) -> dict[str, Any]:
    system = imported.system
    return {
        "system": imported.reader.name,
        "new_folder": is_new,
        "people": len(system.people),
        "groups": dict(done.groups),
        "apps": dict(done.apps),
        "files": list(done.changed),
        "kept": list(done.kept),
        "failing_tests": failing,
        "report": plain(imported.account),
    }


def _text(imported: Imported, done: Change, before: Company) -> list[str]:
    system = imported.system
    active = sum(one.is_active for one in system.people)
    people = f"{counted(len(system.people), 'person', 'people')} ({active} active)"
    rest = f"{counted(len(system.groups), 'group')}, {counted(len(system.apps), 'app')}"
    lines = [f"{imported.reader.title}: {people}, {rest}.", *summary(imported.account), ""]
    for name, text in done.changed.items():
        was = before.files.get(name, "").splitlines()
        lines += difflib.unified_diff(was, text.splitlines(), name, name, lineterm="", n=1)
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], f"… and {len(lines) - _MOST_LINES:,} lines more"]
    lines += [f"Kept: {one}" for one in done.kept]
    if narrower := sum(one.count or 1 for one in imported.account.stricter):
        lines.append(
            f"Access may be narrower than before in {counted(narrower, 'place')}: --report FILE.md names them."
        )
    if nowhere := _without_upstream(imported, done.company):
        lines.append(f"Nobody said where these apps run, so they answer nobody yet: {', '.join(nowhere)}.")
        lines.append("Name each: --app HOST=URL, such as --app " + nowhere[0] + "=http://10.0.0.5:8080")
    return lines if done.changed else [*lines, "The folder says all of this already."]


def _without_upstream(imported: Imported, company: Company) -> list[str]:
    """The hosts of imported apps that lead nowhere yet."""
    hosts = {one.host for one in imported.system.apps if one.host}
    return sorted(one.host for one in company.apps if one.host in hosts and one.upstream.url == NOWHERE)


def _what_next(folder: Path, lists: Path, *, is_new: bool) -> list[str]:
    people = lists / "people.csv"
    looks, publishes = f"limen {'check' if is_new else 'plan'}{at(folder)}", f'limen apply{at(folder)} -m "why"'
    return [
        f"Written. Read {lists / 'report.md'} first.",
        f"Then look at it with `{looks}`, and publish it with `{publishes}`.",
        f"People come after that: `limen import people {people}{at(folder)}` shows them, --yes adds them.",
    ]
