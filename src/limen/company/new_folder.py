"""A new company folder: the baseline, with the company's own name, domain and way to https in it."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from limen.company.folder import SETTINGS
from limen.company.settings_file import read_settings
from limen.company.toml_text import read_toml
from limen.configuration.tree import Tree
from limen.errors import LimenError
from limen.pillar import IN_A_WEEK
from limen.pillars import single_files

HERE, FRONT = "here", "front"
WAYS: Final = {
    HERE: "this machine only, for trying it out: plain http on *.localhost",
    "acme": "Limen's own front; certificates are obtained and renewed automatically (ACME)",
    "files": "Limen's own front, with your own certificate files",
    "internal": "Limen's own front, with its own authority that every machine has to trust",
    FRONT: "your own nginx, Caddy or Envoy in front",
}
"""The ways to https."""
_DOMAIN: Final = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
IGNORED: Final = ".gitignore"
_EXAMPLE: Final = "example.localhost"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a new folder says. `https` is one of `WAYS`; certificate and key are for `files`, `front` for `front`."""

    name: str = "Example"
    domain: str = _EXAMPLE
    time_zone: str = "UTC"
    https: str = ""
    certificate: str = ""
    key: str = ""
    email: str = ""
    front: str = "127.0.0.1"
    languages: tuple[str, ...] = ("en", "de")

    @property
    def way(self) -> str:
        """The way to https; where none was chosen, the one that suits the domain."""
        return self.https or (HERE if self.domain.endswith(".localhost") else FRONT)


def begin(folder: Path, answers: Answers, texts: Mapping[str, str] | None = None) -> list[Path]:
    """Write the baseline into `folder`, all of it or nothing, and return what was written. `texts` stand in for what
    files of parts begin with, by their names.

    Raises `LimenError` where the folder holds anything, or where an answer can't be.
    """
    refuse_taken(folder)
    if complaint := complaint_about(answers):
        raise complaint
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name or 'limen'}-", dir=folder.resolve().parent))
    try:
        names = [path for path, text in _files(texts) if _write(beside / path, _own(text, answers))]
        beside.chmod(0o755)
        _put(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return [folder / name for name in names]


def ignored() -> str:
    """The baseline's .gitignore: the keys and the database of a company never go into git."""
    return next(text for path, text in _files() if path == IGNORED)


def refuse_taken(folder: Path) -> None:
    """Raises `LimenError` where `folder` holds anything."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LimenError(f"{folder} is not empty", "choose a new folder; nothing was written")


def complaint_about(answers: Answers) -> LimenError | None:
    """What is wrong with the answers, as `limen check` would say it of the settings they make; None for nothing."""
    name, domain, way = answers.name, answers.domain, answers.way
    if not name.strip() or len(name) > 80 or not name.isprintable():
        return LimenError("this company name can't be used", "use 1 to 80 printable characters")
    if not _DOMAIN.fullmatch(domain):
        return LimenError(f"{domain[:80]!r} is not a valid domain", "use one such as harbor.example, in lowercase")
    if way not in WAYS:
        return LimenError(f"{way[:40]!r} is not an https mode", f"use one of {', '.join(WAYS)}")
    if way == HERE and not domain.endswith(".localhost"):
        return LimenError(
            f"{domain} reaches beyond this machine", "use a domain that ends in .localhost, or another https mode"
        )
    if way == "acme" and domain.endswith(".localhost"):
        return LimenError(f"no authority issues certificates for {domain}", "use your own domain, or `internal`")
    if way == "files" and not (answers.certificate and answers.key):
        return LimenError("the certificate files are missing", "give the certificate with its chain, and its key")
    if any(not one.isprintable() for one in (answers.certificate, answers.key, answers.email, answers.front)):
        return LimenError("an answer contains characters that can't be displayed", "remove them")
    text = _own(next(text for path, text in _files() if path == SETTINGS), answers)
    _, problems = read_settings(Tree(read_toml(text)))
    return LimenError(problems[0].what, problems[0].fix) if problems else None


def _write(target: Path, text: str) -> bool:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")
    return True


def _put(beside: Path, folder: Path) -> None:
    """Move the finished files to their place. A folder that exists is kept: it may be somebody's current folder."""
    if not folder.exists():
        beside.rename(folder)
        return
    moved: list[Path] = []
    try:
        moved.extend(one.rename(folder / one.name) for one in sorted(beside.iterdir()))
    except OSError:
        for one in moved:
            one.replace(beside / one.name)
        raise


def _own(text: str, answers: Answers) -> str:
    own = text.replace('name = "Example"', f"name = {_quoted(answers.name)}")
    own = own.replace('time_zone = "UTC"', f"time_zone = {_quoted(answers.time_zone)}")
    own = own.replace('languages = ["en", "de"]', f"languages = [{', '.join(map(_quoted, answers.languages))}]")
    if answers.way != HERE:
        # Beyond this machine the sign-in host is https://limen.<domain>, which needs no saying.
        own = re.sub(r"^url = .*\n", "", own, flags=re.MULTILINE)
    for section, lines in _sections(answers).items():
        said = "".join(f"{key} = {value}\n" for key, value in lines.items())
        before, heading, rest = own.partition(f"\n[{section}]\n")
        here, following, others = rest.partition("\n[")
        if heading:  # of all files only limen.toml has sections
            own = f"{before}{heading}{said}{_without(here, lines)}{following}{others}"
    return own.replace(_EXAMPLE, answers.domain)


def _without(text: str, said: Mapping[str, str]) -> str:
    """The comments of a section without the examples of keys that are set now; other values of `mode` stay."""
    shown = [re.escape(f"# {key} = ") + (re.escape(value) if key == "mode" else "") for key, value in said.items()]
    return re.sub(rf"^(?:{'|'.join(shown)}).*\n", "", text, flags=re.MULTILINE) if shown else text


def _sections(answers: Answers) -> dict[str, dict[str, str]]:
    """The lines under each heading of limen.toml that follow from the way to https."""
    if answers.way == FRONT:
        # Where nobody chose a way, nobody named the proxy in front either: `limen doctor` asks for it.
        return {"listen": {"trusted_proxies": f"[{_quoted(answers.front)}]"}} if answers.https else {}
    if answers.way == HERE:
        return {}
    https = {"mode": answers.way}
    if answers.way == "files":
        https |= {"certificate": answers.certificate, "key": answers.key}
    if answers.email:
        https["email"] = answers.email
    return {"https": {key: _quoted(value) for key, value in https.items()}}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _files(texts: Mapping[str, str] | None = None) -> Iterator[tuple[str, str]]:
    week = (datetime.now().astimezone().date() + timedelta(days=7)).isoformat()
    initial = {file.name: file.initial for file in single_files() if file.initial} | dict(texts or {})
    yield from ((name, text.replace(IN_A_WEEK, week)) for name, text in initial.items())
    root = resources.files("limen.company") / "baseline"
    waiting: list[tuple[str, Traversable]] = [("", root)]
    while waiting:
        path, here = waiting.pop()
        for one in sorted(here.iterdir(), key=lambda one: one.name):
            inside = f"{path}/{one.name}" if path else one.name
            if one.is_dir():
                waiting.append((inside, one))
            else:
                # A file called .gitignore would be obeyed here already.
                yield (IGNORED if inside == "gitignore" else inside), one.read_text("utf-8")
