"""`limen seal FILE…`: encrypt files and folders for a label. Seven words are no files: they look after the keys.

`recovery-key` makes a key that opens everything without Limen. On the server, `keys` lists the keys, `new-key` makes
the next one of a label, `rotate` brings files to it, `shred` destroys the keys of a period and `keep` takes that back.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from limen.cli import sealing_here, sealing_keys
from limen.cli.options import MisusedError, company_folder
from limen.cli.output import progress
from limen.clock import SystemClock
from limen.company.folder import SETTINGS
from limen.data.sealing import folders
from limen.data.sealing.age_keys import Identity, Recipient
from limen.data.sealing.errors import SealedError
from limen.data.sealing.sealer import Sealer, sealed_name
from limen.errors import LimenError
from limen.facts import Label

LABELS: Final = {label.word: label for label in Label}


def run(
    words: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", help="Or recovery-key, keys, new-key, rotate DIR, shred or keep"),
    ],
    *,
    label: Annotated[str, typer.Option(help="public, internal, confidential or restricted")] = "",
    to: Annotated[list[str] | None, typer.Option(help="A key (age1…) of somebody else who may open it, too")] = None,
    into: Annotated[Path | None, typer.Option(help="The folder for sealed files (default: beside each file)")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove each file once it is sealed")] = False,
    company: Annotated[
        Path | None, typer.Option(help="On the server: the company folder, where it is not the current one")
    ] = None,
    period: Annotated[str, typer.Option(help="With new-key, shred and keep: the period, such as 2026")] = "",
    older: Annotated[bool, typer.Option("--older", help="With shred: all but the newest key of the period")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With shred: do it; without this it is only shown")] = False,
    url: Annotated[str, typer.Option("--limen", help="Where Limen is, the first time: https://limen.…")] = "",
    browser: Annotated[bool, typer.Option(help="Open the browser, or only print the address")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line")] = False,
) -> None:
    task, rest, root = words[0], words[1:], company or Path()
    if task not in {"rotate", *sealing_keys.TASKS}:
        at_server = company or (Path() if Path(SETTINGS).is_file() and not url else None)
        sealer = _sealer(_label(label), to or (), at_server, url, opens_browser=browser)
        _seal(sealer, [Path(word) for word in words], into, removes=remove, as_json=as_json)
        return
    if task != "recovery-key":
        company_folder(company)
    if task == "rotate":
        sealing_keys.rotate(root, [Path(word) for word in rest], as_json=as_json)
    elif rest:
        raise MisusedError(f"`limen seal {task}` takes no file; a file of that name is ./{task}")
    elif task == "recovery-key":
        _recovery_key(as_json=as_json)
    elif task == "keys":
        sealing_keys.show(root, as_json=as_json)
    elif task == "new-key":
        sealing_keys.new(root, _label(label), period, as_json=as_json)
    elif task == "shred":
        sealing_keys.shred(root, _label(label), _needed(period), only_older=older, is_sure=yes)
    else:
        sealing_keys.keep(root, _label(label), _needed(period))


def _label(word: str) -> Label:
    if word not in LABELS:
        raise MisusedError(f"--label is {', '.join(LABELS)}")
    return LABELS[word]


def _needed(period: str) -> str:
    if not period:
        raise MisusedError("Name the period: --period 2026. `limen seal keys` lists them")
    return period


def _recovery_key(*, as_json: bool) -> None:
    """Shown once, and kept nowhere."""
    made = Identity.new()
    if as_json:
        print(json.dumps({"identity": made.text, "recipient": made.recipient.text}))
        return
    told = (
        "This key opens every file that is sealed from now on, without Limen. It is shown once and kept nowhere.",
        "Print this, and lock it away. What opens files is the line that is no remark: type it into a file, and",
        "name that to `limen open --identity` or `age --decrypt -i`. Restricted files need two keys, in two places.",
        "",
        "Its public half belongs into limen.toml, where it counts once Limen was restarted:",
        "",
        "[data.sealing]",
        f'recovery = ["{made.recipient.text}"]',
        "",
    )
    for line in told:
        print(f"# {line}".rstrip())
    print(f"# public key: {made.recipient.text}")  # as age-keygen has it
    print(made.text)


def _sealer(label: Label, to: list[str] | tuple[()], company: Path | None, url: str, *, opens_browser: bool) -> Sealer:
    others = tuple(Recipient.read(text) for text in to)
    if company is not None:
        return sealing_keys.sealer(company, label, others)
    said, private = sealing_here.allowed(label, url, opens_browser=opens_browser)
    return Sealer.of_person(said, private, others)


def _seal(sealer: Sealer, paths: list[Path], into: Path | None, *, removes: bool, as_json: bool) -> None:
    for path in paths:
        if not path.is_file() and not path.is_dir():
            raise LimenError(f"{path} is not there", "name files and folders")
        if removes and path.is_dir():
            raise MisusedError("--remove takes files alone: remove the folder yourself once you opened it again")
    whole = sum(folders.size_of(path) if path.is_dir() else path.stat().st_size for path in paths) or 1
    done = 0
    with progress("Sealing") as told:

        def count(size: int) -> None:
            nonlocal done
            done += size
            if told:
                told(min(done, whole), whole)

        for path in paths:
            target = (into or path.parent) / sealed_name(path)
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                said = sealer.seal(path, target, SystemClock().now(), count)
                if removes:
                    path.unlink()
            except OSError as error:
                raise SealedError(f"{path} can't be sealed: {error.strerror}", "check both places") from None
            row = {"file": str(path), "sealed": str(target), "label": said.label, "document": said.document}
            print(json.dumps(row) if as_json else f"{target}")
