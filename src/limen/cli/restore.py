"""`limen restore`: restore a company from a backup, into a folder that holds no data yet."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from limen.backup.examine import Examined
from limen.backup.restore import Restored, dry_run as examined, restore
from limen.cli.output import counted, progress
from limen.clock import SystemClock, to_iso
from limen.company.load import load_settings
from limen.company.places import key_file
from limen.errors import LimenError
from limen.settings import Settings
from limen.storage.master_key import existing_key, read_key_file

MOST_IDENTITY = 64_000


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The company folder, or an empty folder")],
    *,
    key: Annotated[Path | None, typer.Option(help="The master key file, which was stored separately")] = None,
    identity: Annotated[Path | None, typer.Option(help="The age identity file to decrypt it with")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything without changing anything")] = False,
    accept_journal: Annotated[
        bool, typer.Option("--accept-journal", help="Restore even if the journal did not verify when it was saved")
    ] = False,
    promote: Annotated[
        Path | None, typer.Option(help="Take over from the other machine: the backups folder that both can reach")
    ] = None,
) -> None:
    now = SystemClock().now()
    written = identity.read_text()[:MOST_IDENTITY] if identity else ""
    master = read_key_file(key) if key else None
    with progress("Restoring") as told:
        if dry_run:
            if master is None:
                usual = key_file(folder, Settings(name="?", domain="localhost"))
                master = existing_key(usual, os.environ)
            with TemporaryDirectory(prefix="limen-", dir=file.resolve().parent) as place:
                found = examined(file, Path(place), now, key=master, identity_text=written)
            lines = [*_holds(found), "Everything in it is intact. Nothing was changed."]
        else:
            done = restore(
                file, folder, now, key=master, identity_text=written, accept_journal=accept_journal,
                promote_in=promote, told=told,
            )  # fmt: skip
            lines = [*_holds(done.examined), *_next(done, folder)]
    print("\n".join(lines))


def _holds(found: Examined) -> Iterator[str]:
    manifest = found.manifest
    yield f"{manifest.company} as it stood on {to_iso(manifest.at)}, backed up by Limen {manifest.limen}"
    yield (
        f"  {counted(manifest.counts.get('people', 0), 'person', 'people')}, {counted(manifest.apps, 'app')}, "
        f"{counted(manifest.counts.get('revisions', 0), 'revision')}; "
        f"{counted(manifest.lines, 'line')} of the journal"
    )
    if not found.report.ok:
        yield f"  The journal was NOT intact when it was saved: {found.report.problems[0]}"


def _next(done: Restored, folder: Path) -> Iterator[str]:
    yield f"Restored into {done.data}."
    if done.wrote_folder:
        yield f"The company's files were written to {folder}, as of the revision in force."
    yield f"All earlier sessions and {counted(done.links, 'unused link')} have ended: everyone has to sign in again."
    yield "So have tokens and recovery codes: their owners have to create new ones."
    yield "Waiting emails won't be sent."
    yield ""
    yield f"Anything revoked after {to_iso(done.examined.manifest.at)} is in force again. Review:"
    yield "  people who left since, factors and workloads that were removed, and policies (`limen log`)."
    if (done.data / "erased.txt").exists():
        yield "Everyone listed in erased.txt will be erased again at the next start."
    else:
        yield (
            "People erased after that are back. Put your erased.txt into the data folder to have them erased "
            "at the next start."
        )
    yield ""
    yield "Next:"
    yield f"  limen journal verify {folder}"
    yield f"  limen serve {folder}{' --https' if _serves_https(folder) else ''}"
    if done.epoch:
        yield (
            f"This machine takes over (epoch {done.epoch}). The other one will refuse to run if it can reach "
            "the same backups."
        )


def _serves_https(folder: Path) -> bool:
    """Whether the restored company's settings say that Limen serves https itself."""
    try:
        return load_settings(folder).https.mode != "off"
    except LimenError:
        return False  # `limen serve` says what is wrong with them
