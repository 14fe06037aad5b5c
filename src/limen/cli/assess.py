"""`limen assess`: the first roadmap from exports of other systems, with what they could not tell."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from limen.assessing.as_html import as_html
from limen.assessing.as_text import lines
from limen.assessing.assessment import assessed
from limen.assessing.domains import ask_domains, by_resolver, mail_domains
from limen.assessing.kinds import EXPORTS, Kind
from limen.assessing.reading import told_by
from limen.assessing.saying import how, plain, said
from limen.assessing.told import Taken, Told
from limen.cli.options import Json, MisusedError
from limen.cli.output import progress
from limen.clock import SystemClock
from limen.errors import LimenError

_PRIVATE: Final = 0o600


def run(
    folder: Annotated[Path | None, typer.Argument(metavar="[FOLDER]", help="The folder with the exports")] = None,
    *,
    out: Annotated[
        Path | None, typer.Option(help="A folder to write roadmap.html, roadmap.json and roadmap.txt into")
    ] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Leave out names of people: they are counted")] = False,
    print_how: Annotated[
        bool, typer.Option("--how", help="Print what to export, with commands that only read")
    ] = False,
    dns: Annotated[
        bool, typer.Option("--dns", help="Ask the DNS about the domains; without this nothing uses the network")
    ] = False,
    domain: Annotated[list[str] | None, typer.Option(help="With --dns: this domain, in place of people's")] = None,
    as_json: Json = False,
) -> None:
    if print_how:
        print("\n".join(how(EXPORTS)))
        return
    if folder is None:
        raise MisusedError("FOLDER is missing", "`limen assess --how` prints what to export into it")
    if domain and not dns:
        raise MisusedError("--domain needs --dns", "it says of which domain the DNS is asked")
    if out is not None:
        _refuse_written(out)
    now = SystemClock().now()
    with progress("Read exports", quiet=as_json) as tell:
        told = told_by(folder, now, tell or (lambda _done, _whole: None))
    if dns:
        _ask(told, domain or [])
    with progress("Measure", quiet=as_json):
        found = assessed(told, now)
        words = said(found, has_names=not redact)
    line = json.dumps(plain(found, words), ensure_ascii=False)
    text = "\n".join(lines(found, words))
    print(line if as_json else text)
    if out is not None:
        _write(
            out, {"roadmap.html": as_html(found, words), "roadmap.json": line.encode(), "roadmap.txt": text.encode()}
        )
        if not as_json:
            print(f"\nWritten to {out}." + ("" if redact else " People are named in it."))


def _ask(told: Told, domains: Sequence[str]) -> None:
    """What the DNS says counts like the file of a zone. Raises LimenError."""
    before = len(told.domains)
    ask_domains(told, domains or mail_domains(told), by_resolver())
    if len(told.domains) > before:
        told.taken.append(Taken("the DNS", Kind.DNS, len(told.domains) - before))


_FILES: Final = ("roadmap.html", "roadmap.json", "roadmap.txt")


def _refuse_written(out: Path) -> None:
    for name in _FILES:
        if os.path.lexists(out / name):
            raise LimenError(f"{out / name} is there already", "move it away first, or name another folder")


def _write(out: Path, files: dict[str, bytes]) -> None:
    """New files alone, which nobody else reads: people may be named in them."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            with os.fdopen(os.open(out / name, flags, _PRIVATE), "wb") as file:
                file.write(content)
    except OSError as error:
        raise LimenError(f"{out} can't be written: {error.strerror}", "name a folder that you may write") from None
