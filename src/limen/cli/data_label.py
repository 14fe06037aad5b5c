"""`limen data label`: which label files carry, and giving them one. Lowering one needs a reason, which is recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from limen.cli.open_company import Opened, opened
from limen.cli.options import MisusedError, company_folder, refuse_other_task
from limen.cli.output import counted, progress
from limen.clock import SystemClock, to_iso
from limen.company.authors import SERVER
from limen.company.folder import SETTINGS
from limen.data.data_file import FILE
from limen.data.files import files_below
from limen.data.labels.changing import LabelChange, change_of
from limen.data.labels.marks import PURPOSE, Marks
from limen.data.labels.model import Standing, label_in_force, label_of_word
from limen.data.rules.stated import NO_RULES, DataRules
from limen.errors import LimenError
from limen.facts import Label

if TYPE_CHECKING:
    from limen.data.labels.files import LabelledFile, Place
    from limen.storage import Transaction

TASKS: Final = ("show", "set", "raise")
LONGEST_WHY: Final = 300
_SAID: Final = {
    Standing.PROVEN: "set by Limen",
    Standing.CHANGED: "set by Limen; the content has changed since",
    Standing.FORGED: "altered or forged: it counts only where it raises the label",
    Standing.UNCHECKED: "its mark was not checked; name the company folder with --company",
    Standing.UNMARKED: "without a mark of Limen's: it counts only where it raises the label",
}


def run(words: list[str], why: str, company: Path | None, *, as_json: bool) -> None:
    """`words` are what follows `limen data label`: the task, with set and raise a label, and files."""
    task = words[0] if words else ""
    refuse_other_task("data label", task, TASKS)
    label, paths = _label_and_paths(task, words[1:])
    if why and task != "set":
        raise MisusedError("--why is for `limen data label set`")
    if len(why) > LONGEST_WHY or not (why.isprintable()):
        raise MisusedError(f"--why is one line of at most {LONGEST_WHY} characters")
    with ExitStack() as stack:
        here = _company(company, stack)
        if task == "raise" and label is None and here is None:
            raise MisusedError(
                "what content is labelled is in the company's rules", "name its folder with --company, or name a label"
            )
        labels = _labels_of(here, stack)
        files = list(files_below(paths))
        with progress("Reading labels" if task == "show" else "Labelling") as told:
            rows = []
            for number, path in enumerate(files, 1):
                rows.append(
                    labels.shown(path) if task == "show" else labels.given(path, label, why, is_raise=task == "raise")
                )
                if told:
                    told(number, len(files))
    _print(rows, as_json=as_json)


def _label_and_paths(task: str, words: list[str]) -> tuple[Label | None, list[Path]]:
    """The label that was named, and the files; None where the content is to say it: then files are only raised."""
    label = label_of_word(words[0]) if words and task != "show" else None
    if label is None and task == "set":
        known = ", ".join(one.word for one in Label)
        raise MisusedError(f"`limen data label set` takes a label and files. Labels are {known}")
    words = words[label is not None :]
    paths = [Path(word) for word in words]
    if not paths:
        raise MisusedError(f"`limen data label {task}` takes files or folders: `limen data label show reports`")
    for path in paths:
        if not path.exists():
            raise LimenError(f"{path} is not there, so nothing was done", "name files and folders that are")
    return label, paths


def _company(folder: Path | None, stack: ExitStack) -> Opened | None:
    """The company whose key marks labels: the folder that was named, else the current one where it is one."""
    where = company_folder(folder) if folder or Path(SETTINGS).is_file() else None
    return None if where is None else stack.enter_context(opened(where))


def _labels_of(here: Opened | None, stack: ExitStack) -> _Labels:
    if here is None:
        return _Labels(None, Marks(), {}, lambda _path, _version=None: None)
    from limen.data.labels.by_content import labels_by_content

    company, keyring = here.in_force_or_none(), here.keyring()
    rules: DataRules = company.parts.get(FILE, NO_RULES) if company is not None else NO_RULES
    by_content = stack.enter_context(labels_by_content(here.database, keyring, rules, SystemClock().now()))
    return _Labels(here, Marks(keyring.keys_for(PURPOSE)), rules.microsoft, by_content)


@dataclass(frozen=True, slots=True)
class _Labels:
    """`company` None: labels get no mark, nothing is recorded, and no content is looked into."""

    company: Opened | None
    marks: Marks
    microsoft: Mapping[str, Label]
    by_content: Callable[..., Label | None]

    def shown(self, path: Path) -> dict[str, Any]:
        return self._read(path)[1]

    def given(self, path: Path, label: Label | None, why: str, *, is_raise: bool) -> dict[str, Any]:
        """Label a file; `label` None: as its content is, unless it was lowered for a reason."""
        from limen.data.labels.files import UnlabelledFileError

        before, row = self._read(path)
        if before is None:
            return row
        content, claimed = label_of_word(row.get("content") or ""), before.claim.label
        counts_as = label_in_force(before.claim, content)
        wanted = counts_as if label is None else label
        if wanted is None or (is_raise and claimed is not None and claimed >= wanted):
            return row | {"changed": False}
        change = change_of(before.claim, content, wanted, SystemClock().now(), SERVER if self.company else "")
        if change.lowers is not None and not why:
            return row | {"error": f"{path}: it counts as {change.lowers.word}; say with --why why it may be less"}
        try:
            place = self._written(before, change, why)
        except UnlabelledFileError as error:
            return row | {"error": str(error)}
        return self._read(path)[1] | {"changed": True, "place": str(place)}

    def _read(self, path: Path) -> tuple[LabelledFile | None, dict[str, Any]]:
        from limen.data.labels.files import UnlabelledFileError, read_label

        try:
            one = read_label(path, self.marks, self.microsoft)
            content = self.by_content(path, one.version)
        except (UnlabelledFileError, OSError) as error:
            return None, {"file": str(path), "error": str(error)}
        return one, _row(one) | ({"content": content.word} if content is not None else {})

    def _written(self, before: LabelledFile, change: LabelChange, why: str) -> Place:
        """A label is lowered if, and only if, that is recorded; and the very file gets it that was looked at."""
        from limen.data.labels.files import write_label

        if self.company is None or change.lowers is None:
            return write_label(before.path, change.said, self.marks, before.version)

        def lower(transaction: Transaction) -> Place:
            transaction.say(change.event(why))
            return write_label(before.path, change.said, self.marks, before.version)

        return self.company.database.write(lower)


def _row(one: LabelledFile) -> dict[str, Any]:
    """For programs. `label` is what the file claims, whatever its content would say."""
    claim, own = one.claim, one.claim.proven
    row: dict[str, Any] = {"file": str(one.path), "label": claim.label.word if claim.label is not None else None}
    if claim.label is not None:
        row |= {"standing": str(claim.standing), "place": str(one.place)}
    if own is not None:
        row |= {"at": to_iso(own.at) if own.at else None, "by": own.by}
        row |= {"lowered_from": own.lowered_from.word if own.lowered_from is not None else None}
    if one.why_not is not None:
        row["why_not"] = str(one.why_not)
    return row


def _print(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """A line for each file; the exit status is 1 where one could not be read or labelled."""
    for row in rows:
        print(json.dumps(row) if as_json else _said(row))
    failed = sum("error" in row for row in rows)
    if not as_json:
        labelled = sum(row.get("label") is not None for row in rows)
        print(f"{counted(len(rows), 'file')}, {labelled or 'none'} with a label" + f", {failed} failed" * (failed > 0))
        if rows and not labelled and not failed:
            print("Label them with `limen data label set internal FILE`.")
    if failed:
        raise typer.Exit(1)


def _said(row: dict[str, Any]) -> str:
    if "error" in row:
        return str(row["error"])
    content = f"; its content is {row['content']}" if "content" in row else ""
    if row["label"] is None:
        why_not = f" ({row['why_not']})" if "why_not" in row else ""
        return f"{row['file']}: no label{why_not}{content}"
    lowered = f", lowered from {row['lowered_from']}" if row.get("lowered_from") else ""
    standing = Standing(row["standing"])
    return f"{row['file']}: {row['label']}{lowered}, in the {row['place']}, {standing}: {_SAID[standing]}{content}"
