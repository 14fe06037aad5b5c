"""The options that several commands share, how their values are read, and the error of a wrong call."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from limen.company.folder import SETTINGS
from limen.configuration.problem import unknown
from limen.errors import LimenError
from limen.facts import Label

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The company folder")]
LastFolder = Annotated[Path, typer.Argument(metavar="[DIR]", help="The company folder")]
"""The company folder behind another argument. Where that may be left out, see `word_and_folder`."""
Json = Annotated[bool, typer.Option("--json", help="Print one line of JSON instead of text")]
JsonLines = Annotated[bool, typer.Option("--json", help="Print one JSON object per line")]
Message = Annotated[str, typer.Option("-m", "--message", help="Why, in one line")]
Yes = Annotated[bool, typer.Option("--yes", help="Apply the changes; without this they are only shown")]
MasterKey = Annotated[Path | None, typer.Option("--key", help="The master key's file, if not in its default location")]

# What a supposed request comes with
Strength = Annotated[
    int,
    typer.Option(min=0, max=3, help="How they signed in: 0 not at all, 1 a password, 2 with a code too, 3 a passkey"),
]
Proved = Annotated[str, typer.Option(help="How long ago they did: 30m, 4h, 2d")]
At = Annotated[str, typer.Option(help="When, in the company's time zone: 2026-11-24T22:00 (default: now)")]
Device = Annotated[str, typer.Option(help="compliant, non_compliant or unknown (default: an unknown device)")]
Country = Annotated[str, typer.Option(help="DE, FR, … (default: unknown)")]
Network = Annotated[str, typer.Option(help="One of the company's networks")]
DocumentLabel = Annotated[
    str, typer.Option("--document", help="Ask for a document in the app with this label: public to restricted")
]
Risk = Annotated[int, typer.Option(min=0, max=100, help="0 to 100")]


class MisusedError(LimenError):
    """The command was called wrongly. It ends with exit code 2."""

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what, fix)


def company_folder(company: Path | None) -> Path:
    """The folder that --company names, else the current one. Raises LimenError where that is no company folder."""
    folder = company or Path()
    if (folder / SETTINGS).is_file():
        return folder
    where = "this folder" if company is None else str(company)
    raise LimenError(f"{where} is no company folder, since it has no {SETTINGS}", "name yours with --company")


def word_and_folder(word: str, folder: Path) -> tuple[str, Path]:
    """What was written before the company folder, and the folder, where the first may be left out.

    A lone word that is a path, or the name of a company folder here, is the folder.
    """
    is_alone = folder == Path()
    is_path = "/" in word or word in {".", ".."} or (bool(word) and (Path(word) / SETTINGS).is_file())
    return ("", Path(word)) if is_alone and is_path else (word, folder)


def label_of_document(word: str) -> Label | None:
    """The label that --document names; None where it names none. Raises MisusedError for what is no label."""
    labels = {one.word: one for one in Label}
    if word and word not in labels:
        raise MisusedError(f"--document is one of {', '.join(labels)}")
    return labels.get(word)


def refuse_other_device(device: str) -> None:
    """Raises MisusedError for what is no compliance of a device."""
    if device not in {"", "compliant", "non_compliant", "unknown"}:
        raise MisusedError("--device is compliant, non_compliant or unknown")


def refuse_other_task(command: str, task: str, tasks: Collection[str]) -> None:
    """Raises LimenError where the command has no such task, or none is named."""
    if not task:
        raise MisusedError(f"`limen {command}` takes one of {', '.join(tasks)}")
    if task not in tasks:
        raise LimenError(f"`limen {command}` can't {task[:40]!r}", f"try {', '.join(tasks)}")


def split_commas(text: str) -> list[str]:
    """The words between the commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def refuse_unknown(kind: str, words: Collection[str], known: Collection[str], otherwise: str = "") -> None:
    """Raises LimenError for the first word that is not `known`, and suggests the nearest one."""
    for word in words:
        if word not in known:
            raise LimenError(*unknown(kind, word, known, otherwise))
