"""`limen data`: what Limen looks for in documents, and which files hold it. What it finds is never printed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from limen.cli.options import MisusedError, company_folder, refuse_other_task
from limen.cli.output import counted, progress
from limen.company.folder import SETTINGS
from limen.data.detectors.every import DETECTORS, of_kinds
from limen.data.documents import Inspected, WhyNot
from limen.data.extraction.pool import Pool
from limen.data.files import ScannedFile, files_below, scan_files
from limen.data.inspection import Inspection
from limen.data.model import Confidence, Detector, Kind
from limen.data.rules.content import Value, without
from limen.data.scanning.scanner import Scanner
from limen.errors import LimenError
from limen.printable import visible

USAGE: Final = """\
scan FILE …                             say which files hold what should not lie there
detectors                               list what is looked for
label show FILE …                       say which label files carry
label set LABEL FILE …                  give files a label; a lower one with --why
label raise [LABEL] FILE …              to this label, or to that of their content
allowed list                            list values that may pass
allowed add DETECTOR FILE               allow those in a file, with --why and --until
allowed end ID …                        have values found again
exceptions                              list all that may pass although rules say otherwise
exceptions end ID …                     have rules hold for it again
lists                                   list the lists that are kept
exact add NAME FILE                     keep digests of a table, --field names its columns
exact remove NAME                       forget one
fingerprint add NAME FILE …             keep fingerprints of documents
fingerprint remove NAME                 forget them
inventory [STORE]                       go through stores, and say what lies there
connect STORE                           store the secret by which Limen gets in
controls                                say what stores lack that their labels need
links                                   say how links of cloud drives are looked for
links judge STORE …                     judge links that stand already
recipe squid|postfix|samba              print what these are told
quarantine list                         list what was taken out of shares
quarantine release ID                   put a file back
quarantine delete ID                    delete one for good
shares look [SHARE …]                   look at what lies on shares already"""
"""Each task of the command with the words that it takes."""
TASKS: Final = tuple(dict.fromkeys(line.split()[0] for line in USAGE.splitlines()))
MOST_PLACES: Final = 5
"""So many places in a file are named for each detector; `--json` has all."""
_WORDS: Final[dict[str, str]] = {
    WhyNot.ENCRYPTED: "encrypted",
    WhyNot.TOO_LARGE: "larger than what is looked into",
    WhyNot.TOO_DEEP: "packed too many times",
    WhyNot.TOO_MANY: "too many files in it",
    WhyNot.BROKEN: "broken",
    WhyNot.TIMED_OUT: "not read in time",
    WhyNot.UNKNOWN_KIND: "of a kind that is not read",
    WhyNot.FAILED: "could not be looked into",
}


class AtLeast(StrEnum):
    """How sure a find has to be."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help=f"{', '.join(TASKS[:-1])} or {TASKS[-1]}")],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[WORDS …]",
            help="What the task takes",
        ),
    ] = None,
    *,
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind, such as bank; can be repeated")] = None,
    at_least: Annotated[AtLeast, typer.Option(help="With scan: how sure a find has to be")] = AtLeast.MEDIUM,
    field: Annotated[str, typer.Option(help="With exact add: the columns of the file, as number,name")] = "",
    why: Annotated[
        str,
        typer.Option(help="With label set: why a label may be lower than it was. With allowed add: why they may pass"),
    ] = "",
    until: Annotated[str, typer.Option(help="With allowed add: the last day, as 2026-12-31")] = "",
    company: Annotated[Path | None, typer.Option(help="The company folder, where it is not the current one")] = None,
    file: Annotated[Path | None, typer.Option(help="With connect: a file that holds the secret, such as a key")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line")] = False,
) -> None:
    refuse_other_task("data", task, TASKS)
    words = [str(one) for one in paths or ()]
    if task in {"inventory", "connect", "controls"}:
        from limen.cli import data_stores

        data_stores.run(task, words, file, company, as_json=as_json)
        return
    if task == "links":
        from limen.cli import data_links

        data_links.run(words, company, as_json=as_json)
        return
    if task == "label":
        from limen.cli import data_label

        data_label.run(words, why, company, as_json=as_json)
        return
    if task in {"exact", "fingerprint", "lists"}:
        from limen.cli import data_lists

        data_lists.run(task, words, field, company, as_json=as_json)
        return
    if task == "allowed":
        from limen.cli import data_allowed

        data_allowed.run(words, why, until, company, as_json=as_json)
        return
    if task == "exceptions":
        from limen.cli import data_exceptions

        data_exceptions.run(words, company, as_json=as_json)
        return
    if task in {"recipe", "quarantine", "shares"}:
        from limen.cli import data_doors

        data_doors.run(task, words, company, as_json=as_json)
        return
    kinds = _kinds(kind)
    if task == "scan":
        _refuse_no_files(paths)
    with ExitStack() as stack:
        looking = _looking(task, kinds, company, stack)
        if task == "detectors":
            for one in looking.detectors:
                print(json.dumps(_plain(one)) if as_json else f"{one.id:28} {one.kind:13} {one.name}")
            return
        _print(list(_scan(looking, paths or [])), looking.names, Confidence[at_least.name], as_json=as_json)


def _refuse_no_files(paths: list[Path] | None) -> None:
    if not paths:
        raise MisusedError("`limen data scan` takes files or folders: `limen data scan reports`")
    for path in paths:
        if not path.exists():
            raise LimenError(f"{path} is not there, so nothing was looked into", "name files and folders that are")


def _kinds(words: list[str] | None) -> list[Kind]:
    known = {str(one) for one in Kind}
    for one in words or ():
        if one not in known:
            raise MisusedError(f"There is no kind {one!r}. There are: {', '.join(sorted(known))}")
    return [Kind(one) for one in words or ()]


@dataclass(frozen=True, slots=True)
class _Looking:
    """What is looked for, what it is called, and what looks; of a company also its lists, without allowed values."""

    detectors: list[Detector]
    names: Mapping[str, str]
    inspection: Inspection
    allowed: Collection[Value] = ()
    only: frozenset[str] | None = None


def _looking(task: str, kinds: list[Kind], company: Path | None, stack: ExitStack) -> _Looking:
    """Until `stack` ends. By the published data.yaml of a company where one is named or is the current folder."""
    if company is not None or Path(SETTINGS).is_file():
        from limen.cli.data_by_rules import looking_by_rules

        rules, protection = looking_by_rules(company_folder(company), stack)
        detectors = [one for one in rules.all_sought if not kinds or one.kind in kinds]
        named = {one.id for one in detectors}
        lists = {one.id for one in rules.lists} if not kinds or Kind.OWN in kinds else set()
        only = frozenset(named | lists) if kinds else None
        return _Looking(detectors, rules.names, protection.made.inspection, protection.allowed, only)
    if Kind.OWN in kinds:
        raise MisusedError("what you look for yourself is in data.yaml: name its folder with --company")
    detectors = of_kinds(kinds) if kinds else list(DETECTORS.values())
    scanner = Scanner(detectors if task == "scan" else [], key=secrets.token_bytes(32))
    pool = Pool(scanner)
    stack.callback(pool.close)
    return _Looking(detectors, {one.id: one.name for one in detectors}, Inspection(scanner, pool))


def _plain(detector: Detector) -> dict[str, object]:
    return {
        "detector": detector.id,
        "name": detector.name,
        "kind": str(detector.kind),
        "alone": detector.alone.name.lower() if detector.alone else None,
        "beside_words": detector.beside_words.name.lower(),
        "words": list(detector.words),
    }


def _scan(looking: _Looking, paths: list[Path]) -> Iterator[ScannedFile]:
    files, named = list(files_below(paths)), frozenset(paths)
    with progress("Looking into files") as told:
        for number, one in enumerate(scan_files(looking.inspection, files, named), 1):
            yield replace(one, inspected=_counting(looking, one.inspected)) if one.inspected is not None else one
            if told:
                told(number, len(files))


def _counting(looking: _Looking, inspected: Inspected) -> Inspected:
    left_out = {
        (one.detector, one.digest)
        for one in inspected.found.findings
        if looking.only is not None and one.detector not in looking.only
    }
    return without(inspected, left_out | set(looking.allowed))


def _print(scanned: list[ScannedFile], names: Mapping[str, str], at_least: Confidence, *, as_json: bool) -> None:
    """A line for each file and detector; the exit status is 1 where something was found."""
    with_finds = 0
    for one in scanned:
        rows = _rows(one, at_least)
        with_finds += bool(rows)
        for row in rows:
            print(json.dumps(row) if as_json else _said(row, names))
        if why_not := _why_not(one):
            kind = one.inspected.kind if one.inspected else ""
            row = {"file": str(one.path), "kind": kind, "why_not": why_not}
            said = ", ".join(_WORDS.get(why, why) for why in why_not)
            print(json.dumps(row) if as_json else f"{_on_a_line(str(one.path))}: {said}")
    if not as_json:
        unread = sum(bool(_why_not(one)) for one in scanned)
        print(
            f"{counted(len(scanned), 'file')}, {with_finds or 'none'} with finds"
            + f", {unread} not or not fully read" * (unread > 0)
        )
    if with_finds:
        raise typer.Exit(1)


def _why_not(one: ScannedFile) -> list[str]:
    return sorted(map(str, one.inspected.why_not)) if one.inspected is not None else [one.error]


def _rows(one: ScannedFile, at_least: Confidence) -> list[dict[str, object]]:
    if one.inspected is None:
        return []
    found, where = one.inspected.found, one.inspected.where
    places: dict[str, dict[str, None]] = {}
    for finding, place in zip(found.findings, where, strict=True):
        if finding.confidence >= at_least:
            places.setdefault(finding.detector, {})[place] = None
    unique, highest = found.unique(at_least), found.highest()
    return [
        {
            "file": str(one.path),
            "kind": one.inspected.kind,
            "detector": detector,
            "confidence": highest[detector].name.lower(),
            "values": unique[detector],
            "more": detector in found.more,
            "where": list(at),
        }
        for detector, at in places.items()
    ]


def _said(row: dict[str, object], names: Mapping[str, str]) -> str:
    where = list(row["where"]) if isinstance(row["where"], list) else []
    at = "; ".join(where[:MOST_PLACES]) + ("; …" if len(where) > MOST_PLACES else "")
    number = f"{row['values']}{' or more' if row['more'] else ''}"
    return f"{_on_a_line(str(row['file']))}: {names[str(row['detector'])]}, {number} ({row['confidence']}): {at}"


def _on_a_line(path: str) -> str:
    """A file's name may have line ends in it: who gave it one forges no line of what is found."""
    return visible(path).replace("\n", "\\n")
