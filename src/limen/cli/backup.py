"""`limen backup`: everything Limen keeps, in one file, while it runs; and `limen backup key` for what is kept apart."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from limen.backup.examine import megabytes
from limen.backup.fence import refuse_if_replaced
from limen.backup.last_backup import file_name, note, said_of
from limen.backup.manifest import Manifest
from limen.backup.places import refuse_half_restored
from limen.backup.take import Wanted, take
from limen.cli.open_company import opened
from limen.cli.options import MasterKey
from limen.cli.output import counted, progress
from limen.clock import SystemClock, to_iso
from limen.company.load import load_settings
from limen.company.places import backup_folder, data_folder, events_folder, key_file as usual
from limen.errors import LimenError
from limen.events import Event
from limen.settings import Settings
from limen.storage.master_key import existing_key, read_key_file, written_key

KEY_TASK = "key"


def run(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[key] [DIR]", help="The company folder; `key` prints the master key")
    ] = None,
    *,
    to: Annotated[
        Path | None,
        typer.Option(help="The file to write, or a folder to put it in; else where the daily backups go"),
    ] = None,
    with_key: Annotated[bool, typer.Option("--with-key", help="Include the master key; only with --recipient")] = False,
    recipient: Annotated[
        str, typer.Option(help="Encrypt for this age recipient (age1…), else for the one in limen.toml")
    ] = "",
    key: MasterKey = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON")] = False,
) -> None:
    words = list(words or [])
    is_key = bool(words) and words[0] == KEY_TASK
    folders = words[1:] if is_key else words
    if len(folders) > 1:
        raise LimenError("`limen backup` takes one company folder", "remove the other arguments")
    root = Path(folders[0]) if folders else Path()
    if is_key:
        _export_key(root, to, key)
    else:
        _back_up(root, to, key, with_key=with_key, recipient=recipient, as_json=as_json)


def _back_up(
    root: Path, to: Path | None, key_file: Path | None, *, with_key: bool, recipient: str, as_json: bool
) -> None:
    now = SystemClock().now()
    settings = load_settings(root)
    refuse_half_restored(root, settings)
    recipient = recipient or settings.backup.recipient
    with opened(root, settings) as at:
        usual_folder = backup_folder(root, settings)
        if to is None and settings.backup.folder is None:
            usual_folder.mkdir(mode=0o700, exist_ok=True)
        target = target_of(to or usual_folder, settings.name, now, is_sealed=bool(recipient))
        key = held_key(root, key_file)
        refuse_if_replaced(data_folder(root, settings), target.parent, key)
        with progress("Backing up", quiet=as_json) as told:
            manifest = take(
                root, settings, key, target, now, wanted=Wanted(with_key, recipient=recipient), told=told
            )  # fmt: skip
        note(at.database, data_folder(root, settings), manifest, target)
    if as_json:
        print(json.dumps(said_of(manifest, target), ensure_ascii=False))
    else:
        print("\n".join([*_sentences(manifest, target, is_sealed=bool(recipient)), *_left_out(root, settings)]))


def target_of(to: Path, company: str, now: int, *, is_sealed: bool) -> Path:
    """The file to write: the one named, or a new one in the folder named."""
    return to / file_name(company, now, is_sealed=is_sealed) if to.is_dir() else to


def held_key(root: Path, key_file: Path | None) -> bytes:
    """The master key from the file named, or from where it is usually held; none is ever made. Raises LimenError."""
    if key_file is not None:
        return read_key_file(key_file)
    place = usual(root, load_settings(root))
    key = existing_key(place, os.environ)
    if key is None:
        raise LimenError(f"there is no master key in {place}", "give its file with --key")
    return key


def _sentences(manifest: Manifest, target: Path, *, is_sealed: bool) -> Iterator[str]:
    counts = manifest.counts
    yield f"Backed up {manifest.company} as it stood on {to_iso(manifest.at)}:"
    yield f"  {target.resolve()}"
    yield (
        f"  {counted(counts.get('people', 0), 'person', 'people')}, {counted(manifest.apps, 'app')}, "
        f"{counted(counts.get('revisions', 0), 'revision')} "
        f"(with the texts of the company folder; in force: {manifest.revision[:12] or 'none'})"
    )
    for writer, reach in sorted(manifest.journal.items()):
        yield f"  journal {writer}: lines {reach.first} to {reach.last}"
    yield f"  database version {manifest.schema}, Limen {manifest.limen}, {megabytes(target.stat().st_size)}"
    if manifest.has_key:
        yield "  It contains the master key: anyone who can decrypt this file has everything."
    else:
        yield (
            "  It does NOT contain the master key, without which nothing can be restored. `limen backup key` prints it."
        )
    if not is_sealed:
        yield (
            "  It is not encrypted: names, addresses and the journal can be read from it. Store it where few "
            "people have access."
        )


def _left_out(root: Path, settings: Settings) -> Iterator[str]:
    """Events of other systems may be a hundred times the rest, so they are not in it."""
    if events_folder(root, settings).is_dir():
        yield (
            "  It does not contain the logs of other systems: copy the folder data/events along with the machine's own "
            "backups. What detections remember of people is left out, too, and grows again."
        )


def _export_key(root: Path, to: Path | None, key_file: Path | None) -> None:
    key = held_key(root, key_file)
    with opened(root) as at:
        event = Event(id="", at=SystemClock().now(), kind="key.exported", actor="server")
        at.database.write(lambda transaction: transaction.say(event))
    if to is None:
        print(written_key(key))
        return
    with os.fdopen(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
        out.write(written_key(key) + "\n")
    print(f"The master key is stored in {to}. Keep it separate from the backups: together they reveal everything.")
