"""Bring the message catalogue up to date with what Limen says: `python3 do.py messages`.

A message is either a text, looked up by its English, or has a key. Texts are found: `{% trans %}` and `_()` in the
templates employees see; `gettext`, `gettext_noop` and `ngettext` in Python; what the errors say that employees meet;
the words of each kind of event. The English of a text stands in no file but where it is said.
Keys stand with their English in `src/limen/messages/en.po`, which is written by hand. New messages stand in the files
of the other languages without a translation; a test fails until they have one. What nothing says any more is taken out.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from limen.events import KINDS
from limen.messages import Language
from limen.messages.catalogue import po_of
from limen.pillars import pillars

HERE = Path(__file__).resolve().parent.parent
SOURCES = HERE / "src" / "limen"
TEMPLATES = SOURCES / "web" / "templates"
KEYWORDS = {"gettext": None, "gettext_noop": None, "ngettext": (1, 2)}
ERRORS = {"__init__": (1, 2), "LimenError": (1, 2), "AccessError": (1, 2), "TooManyError": (1, 2), "UnfitError": (2, 3)}
"""Where the words of an error stand among its arguments."""
WITH_ERRORS = (
    *sorted((SOURCES / "identity").glob("*.py")),
    SOURCES / "enforcement" / "app_login.py",
    SOURCES / "web" / "requests.py",
    SOURCES / "storage" / "errors.py",
    SOURCES / "sso" / "upstream" / "journey.py",
    SOURCES / "web" / "sso" / "upstream.py",
    *sorted((SOURCES / "web" / "portal").glob("*.py")),
    *sorted((SOURCES / "access").glob("*.py")),
    SOURCES / "network" / "requested.py",
)
NOT_FOR_EMPLOYEES = {"people_import.py", "workloads.py", "workload.py", "services.py", "people.py"}
KEY = re.compile(r"[a-z_-]+(\.[^\s.]+)+")
"""A key has dots and no spaces, so that no text is ever mistaken for one."""


def keyed() -> dict[str, str]:
    """The English of every message that has a key."""
    read = read_po(po_of(Language.ENGLISH).open("rb"), locale=Language.ENGLISH.value)
    return {str(message.id): str(message.string) for message in read if message.id}


def unknown_keys() -> list[str]:
    """What is said by a key that has no English."""
    return sorted(written_out(code_of_limen()) - set(keyed()))


def unsaid_keys() -> list[str]:
    """The keys that nothing says: written out nowhere, and put together from no beginning of theirs."""
    code = code_of_limen()
    begun = tuple(beginnings(code))
    return [key for key in keyed() if not key.startswith(begun) and not re.search(rf"[\"']{re.escape(key)}[\"']", code)]


@cache
def code_of_limen() -> str:
    return "\n".join(path.read_text("utf-8") for kind in ("*.py", "*.html") for path in SOURCES.rglob(kind))


@cache
def written_out(code: str) -> set[str]:
    """The keys that this code says as they stand."""
    calls = re.findall(r"(?:words\.|speech\.|spoken\.|[^\w.])(?:say|first|has)\(\s*(.+)", code)
    return {key for call in calls for key in re.findall(r"(?<!f)[\"']([a-z_-]+(?:\.[a-z0-9_-]+)+)[\"']", call)}


def beginnings(code: str) -> set[str]:
    """What keys begin with that are put together from a value: `f"title.{kind}"`; in templates `"title." ~ kind`."""
    in_templates = re.findall(r"[\"']([a-z]+\.)[\"'] ~", code)
    return {*re.findall(r"f[\"']((?:[a-z_-]+\.)+)\{", code), *in_templates}


def found() -> Catalog:
    """Every message there is: texts in English, and keys."""
    pillars()  # what the parts declare is taken over
    catalogue = Catalog(charset="utf-8", header_comment="")
    for message in (*_texts(), *keyed()):
        catalogue.add(message)
    return catalogue


def spoken_templates() -> list[Path]:
    """The templates of pages that employees see, and the parts that these are made of."""
    return [path for path in sorted(TEMPLATES.rglob("*.html")) if path.parent.name not in {"console", "monitor"}]


@cache
def _texts() -> tuple[str | tuple[str, ...], ...]:
    return tuple(_extracted())


def _extracted() -> Iterator[str | tuple[str, ...]]:
    for path in spoken_templates():
        options = {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
        words = ("_", "gettext", "ngettext")
        for _, _, text, _ in babel_extract(BytesIO(path.read_bytes()), words, [], options):
            said = tuple(one for one in text if one) if isinstance(text, tuple) else text
            if said:
                yield said
    for path in sorted(SOURCES.rglob("*.py")):
        for _, text, _, _ in extract("python", BytesIO(path.read_bytes()), KEYWORDS):  # type: ignore[arg-type]
            yield text
    for kind in KINDS.values():
        yield from kind.messages
    for path in sorted(path for path in WITH_ERRORS if path.name not in NOT_FOR_EMPLOYEES):
        for _, text, _, _ in extract("python", BytesIO(path.read_bytes()), ERRORS):  # type: ignore[arg-type]
            yield from (one for one in (text if isinstance(text, tuple) else (text,)) if one)


def updated(language: Language) -> bytes:
    """The file of `language` as it should be."""
    path = po_of(language)
    catalogue = Catalog(locale=language.value, charset="utf-8")
    if path.exists():
        catalogue = read_po(BytesIO(path.read_bytes()), locale=language.value)
    if language is not Language.ENGLISH:
        catalogue.update(found(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    for message in catalogue:
        message.flags -= {"python-format", "python-brace-format"}
    catalogue.header_comment = f"# What Limen says, in {catalogue.locale.english_name}."  # type: ignore[union-attr]
    out = BytesIO()
    write_po(out, catalogue, width=0, no_location=True, sort_output=True)
    lines = out.getvalue().decode().splitlines(keepends=True)
    stamps = ('"Generated-By', '"PO-Revision-Date', '"POT-Creation-Date', '"Report-Msgid', '"Last-Tr', '"Project-Id')
    return "".join(line for line in lines if not line.startswith(stamps)).encode()


def _said(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def main() -> int:
    for language in Language:
        path = po_of(language)
        path.write_bytes(updated(language))
        missing = [message.id for message in read_po(path.open("rb")) if message.id and not all(_said(message))]
        print(f"{path.relative_to(HERE)}: {len(missing)} without a translation", *missing, sep="\n  ")
    for what, keys in (("keys without English", unknown_keys()), ("keys that nothing says", unsaid_keys())):
        print(f"{len(keys)} {what}", *keys, sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
