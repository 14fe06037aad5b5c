"""`limen report`: the roadmap's report made as a signed file, and verified: offline, and against the journal.

`--verify` exits with 0 where everything that it could look at holds, with 1 where the file is not as it was signed, or
the journal contradicts it, and with 3 where it is as it was signed and the journal has nothing of its day (yet).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer

from limen.cli.open_company import Opened, opened
from limen.cli.options import Folder, Json, MisusedError
from limen.cli.output import counted
from limen.clock import Instant, SystemClock
from limen.company.folder import SETTINGS
from limen.errors import LimenError
from limen.printable import visible
from limen.roadmap.report.anchor import Anchored, Differs, Held, anchored
from limen.roadmap.report.making import make, measured_on, reported_on, say_made
from limen.roadmap.report.model import Answer
from limen.roadmap.report.signing import REPORTS
from limen.roadmap.report.stated import stated
from limen.roadmap.report.writing import FORMS, written
from limen.roadmap.sources import Sources
from limen.storage.journal import verify
from limen.storage.journal.heads import noted_heads
from limen.storage.signed_documents import KEY_BYTES, MOST_BYTES, as_pem, fingerprint

NOT_YET: Final = 3
"""How it exits where a report is as it was signed, and the journal has no figures of its day to hold it against."""
_SIGNATURE: Final = ".sig"


def run(
    folder: Folder = Path(),
    *,
    out: Annotated[
        Path | None, typer.Option(help=f"The file to write: {', '.join(f'.{one}' for one in FORMS)}")
    ] = None,
    names: Annotated[bool, typer.Option("--names", help="Name people; without this they are counted")] = False,
    verify_file: Annotated[
        Path | None,
        typer.Option(
            "--verify",
            metavar="FILE",
            help="Verify this report: exits with 3 where it is unchanged and the journal has no figures of its day yet",
        ),
    ] = None,
    key: Annotated[
        str, typer.Option(help="With --verify: the public key, where the folder is elsewhere; the signature alone")
    ] = "",
    print_key: Annotated[bool, typer.Option("--print-key", help="Print the public key that verifies reports")] = False,
    pem: Annotated[bool, typer.Option("--pem", help="With --print-key: as OpenSSL reads it")] = False,
    as_json: Json = False,
) -> None:
    if sum((out is not None, verify_file is not None, print_key)) != 1:
        raise MisusedError("`limen report` takes one of --out, --verify and --print-key")
    if verify_file is not None and key:
        _verify_alone(verify_file, _public(key), as_json=as_json)
        return
    if verify_file is not None and not (folder / SETTINGS).is_file():
        raise LimenError(
            "this folder is no company folder, so it has no key that verifies the report",
            "give the company's public key: `limen report --verify FILE --key KEY`",
        )
    with opened(folder) as here:
        if out is not None:
            _make(here, out, SystemClock().now(), has_names=names, as_json=as_json)
        elif verify_file is not None:
            _hold(here, verify_file, as_json=as_json)
        else:
            _print_key(here, as_pem_file=pem, as_json=as_json)


def _make(here: Opened, out: Path, now: Instant, *, has_names: bool, as_json: bool) -> None:
    """Into a new file, with its signature beside it; a file that is there already stays as it is."""
    form = out.suffix.removeprefix(".").lower()
    if form not in FORMS:
        raise LimenError(f"{out.name} has none of the endings of a report", f"name a file .{', .'.join(FORMS)}")
    beside = out.with_name(out.name + _SIGNATURE)
    for path in (out, beside):
        if path.exists():
            raise LimenError(f"{path} is there already", "move it away first")
    keyring = here.keyring()
    sources = Sources(here.root, here.settings, here.in_force_or_none(), here.database, keyring, here.reader, now)
    report = make(sources, has_names=has_names)
    one = written(report, form, keyring)
    _write_new(out, one.content)
    _write_new(beside, one.detached)
    here.database.write(lambda transaction: say_made(transaction, report, one, now))
    answers = {each.value: sum(line.answer is each for line in report.lines) for each in Answer}
    if as_json:
        print(json.dumps({"file": str(out), "signature": str(beside), "sha256": one.digest, **answers}))
        return
    said = ", ".join(f"{count} {word}" for word, count in answers.items())
    print(f"Written to {out}: {said}. The signature for OpenSSL is in {beside}.")
    if has_names:
        print("People are named in it: give it only to those who may know them.")


def _verify_alone(file: Path, public: bytes, *, as_json: bool) -> None:
    """The signature and nothing else: whether its figures are the journal's shows only beside the journal."""
    _verified(file, [public])
    by = fingerprint(public)
    if as_json:
        print(json.dumps({"verified": True, "signature": True, "fingerprint": by, "journal": None}))
        return
    print(f"It is as it was signed, by the key with the fingerprint {by}.")
    print("Only the signature was verified: whether its figures are those of the journal shows in the company folder.")


def _hold(here: Opened, file: Path, *, as_json: bool) -> None:
    """Its signature, its figures against those of the journal, and its heads against the journal's chains."""
    keyring = here.keyring()
    content, public = _verified(file, REPORTS.public_keys(keyring))
    said = stated(content)
    found = anchored(
        said,
        content,
        measured_on(here.reader, here.settings, said.day),
        reported_on(here.reader, here.settings, said.day),
    )
    lines = [one.encode() for one in said.checkpoints]
    chains = verify(here.journal, keyring.journal_keys, lines, here.database.read(noted_heads))
    if as_json:
        about = {"fingerprint": fingerprint(public), "day": said.day.isoformat(), "held": found.held.value}
        print(json.dumps({"verified": True, **about, "journal": chains.ok, **asdict(found)}))
    else:
        signed = f"It is as it was signed, by the key with the fingerprint {fingerprint(public)}."
        print("\n".join([signed, *_sentences(found, said.day), *map(visible, chains.problems)]))
    sys.exit(_code(found.held, are_chains_whole=chains.ok))


def _code(held: Held, *, are_chains_whole: bool) -> int:
    if held is Held.CONTRADICTED or not are_chains_whole:
        return 1
    return NOT_YET if held is Held.NOT_YET else 0


def _sentences(found: Anchored, day: date) -> list[str]:
    if found.held is Held.NOT_YET:
        neither = f"The journal has no figures of {day}, so it neither confirms nor contradicts it."
        return [neither, "`limen serve` journals those of a day with its first look; of a past day none are to come."]
    said = [f"{counted(len(found.confirmed), 'figure')} as they were journaled at the day's first look."]
    said += [f"{_differs(one)}: it moved by the time of the report, and was journaled then." for one in found.moved]
    said += [f"{_differs(one)}: THE JOURNAL CONTRADICTS IT." for one in found.contradicted]
    if not found.is_known:
        said.append("The journal doesn't know this file yet: `limen serve` journals what commands did when it runs.")
    return said


def _differs(one: Differs) -> str:
    return visible(f"{one.control} is {one.said or 'left out'} here and {one.journaled or 'nothing'} in the journal")


def _verified(file: Path, keys: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The file as it is, and the public key that signed it. Raises NotAsSignedError where it is not as signed."""
    try:
        with file.open("rb") as opened_file:
            content = opened_file.read(MOST_BYTES + 1)
    except OSError:
        raise LimenError(f"{file} can't be read", "name a file that `limen report` has written") from None
    if len(content) > MOST_BYTES:
        raise LimenError("this file is too large for a report", "name a file that `limen report` has written")
    return content, REPORTS.signer(content, keys)


def _print_key(here: Opened, *, as_pem_file: bool, as_json: bool) -> None:
    public = REPORTS.public_keys(here.keyring())[0]
    key, pem = public.hex(), as_pem(public).decode()
    print(
        json.dumps({"key": key, "pem": pem, "fingerprint": fingerprint(public)})
        if as_json
        else pem.strip()
        if as_pem_file
        else key
    )


def _public(key: str) -> bytes:
    try:
        found = bytes.fromhex(key)
    except ValueError:
        found = b""
    if len(found) != KEY_BYTES:
        raise LimenError("this is no public key of reports", "`limen report --print-key` prints it")
    return found


def _write_new(path: Path, content: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise LimenError(f"{path} can't be written: {error.strerror}", "name a file that is not there yet") from None
