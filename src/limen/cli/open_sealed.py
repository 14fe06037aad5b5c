"""`limen open FILE…`: open sealed files. Limen decides, and the browser is where you confirm; a recovery key needs
neither.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from limen.cli import sealing_here
from limen.cli.options import MisusedError
from limen.cli.output import Told, progress
from limen.data.sealing import opening
from limen.data.sealing.age_keys import Identity, identities_in
from limen.data.sealing.errors import SealedError
from limen.data.sealing.manifest import Manifest
from limen.data.sealing.wire import MOST_FILES
from limen.errors import LimenError

_LONGEST_KEY_FILE = 100_000


def run(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Sealed files, which end in .age")],
    *,
    into: Annotated[Path | None, typer.Option(help="The folder to open into (default: beside each file)")] = None,
    identity: Annotated[
        Path | None, typer.Option(help="A file with a recovery key: opens without Limen, and without a record of it")
    ] = None,
    unsigned: Annotated[
        bool,
        typer.Option("--unsigned", help="With --identity: without asking who sealed it"),
    ] = False,
    url: Annotated[str, typer.Option("--limen", help="Where Limen is, the first time: https://limen.…")] = "",
    browser: Annotated[bool, typer.Option(help="Open the browser, or only print the address")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line")] = False,
) -> None:
    if unsigned and identity is None:
        raise MisusedError("--unsigned goes with --identity: Limen opens what it signed")
    targets = {path: (into or path.parent) / opening.opened_name(path) for path in files}
    for path, target in targets.items():
        _refuse_what_can_not_be(path, target)
    if len(set(targets.values())) < len(targets):
        raise SealedError("two of these files would be opened to the same place", "open them one after the other")
    if identity is None:
        keys = _by_limen(files, url, opens_browser=browser)
    else:
        keys = _by_identity(files, identity, is_unsigned=unsigned)
    with progress("Opening") as told:
        _open(targets, keys, told, as_json=as_json)


def _refuse_what_can_not_be(path: Path, target: Path) -> None:
    """Before anything is asked: whoever confirms should not have done it in vain."""
    if not path.is_file():
        raise LimenError(f"{path} is not there", "name sealed files")
    if target.exists():
        raise SealedError(f"{target} exists already", "move it away, or name another place with --into")


def _by_limen(files: list[Path], url: str, *, opens_browser: bool) -> dict[Path, tuple[bytes, Manifest | None]]:
    """Each file's key, by as many questions as there have to be."""
    found: dict[Path, tuple[bytes, Manifest | None]] = {}
    for start in range(0, len(files), MOST_FILES):
        some, identity = files[start : start + MOST_FILES], Identity.new()
        asked = [opening.asked_of(path) for path in some]
        said = sealing_here.opened(asked, identity.recipient.raw, url, opens_browser=opens_browser)
        if len(said.files) != len(some):
            raise SealedError("what came back is not what was asked for", "run limen open again")
        for path, file in zip(some, said.files, strict=True):
            found[path] = opening.answered(path, said, file, identity)
    return found


def _by_identity(files: list[Path], identity: Path, *, is_unsigned: bool) -> dict[Path, tuple[bytes, Manifest | None]]:
    try:
        with identity.open(encoding="utf-8", errors="replace") as file:
            identities = identities_in(file.read(_LONGEST_KEY_FILE))
    except OSError as error:
        raise LimenError(f"{identity} can't be read: {error.strerror}", "name the file with the recovery key") from None
    verifying = [] if is_unsigned else sealing_here.verifying()
    if not verifying and not is_unsigned:
        raise SealedError(
            "who sealed these files can't be told here: this computer never asked Limen",
            "add --unsigned if you know where they come from",
        )
    return {path: opening.by_identity(path, identities, verifying) for path in files}


def _open(
    targets: dict[Path, Path],
    keys: dict[Path, tuple[bytes, Manifest | None]],
    told: Told | None,
    *,
    as_json: bool,
) -> None:
    whole, done = sum(path.stat().st_size for path in targets) or 1, 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        if told:
            told(min(done, whole), whole)

    for path, target in targets.items():
        key, said = keys[path]
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            opening.open_to(path, target, key, said, count)
        except OSError as error:
            raise LimenError(f"{target} can't be written: {error.strerror}", "name another place with --into") from None
        by = said.by if said else ""
        row = {"file": str(path), "opened": str(target), "label": said.label if said else "", "sealed_by": by}
        print(json.dumps(row) if as_json else f"{target}")
