"""Bring the message catalogues up to date with what Limen's pages say: `python3 do.py messages`.

Found are `{% trans %}` and `_()` in the templates employees see, `gettext` and `gettext_noop` in Python, what the
errors say that they can meet, and the words of each kind of event. New messages stand in the `.po` files without a
translation; a test fails until they have one. What is not said any more is taken out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from limen.events import KINDS
from limen.messages.catalogue import po_of
from limen.policy.saying import Language

HERE = Path(__file__).resolve().parent.parent
SOURCES = HERE / "src" / "limen"
TEMPLATES = SOURCES / "web" / "templates"
ERRORS = {"__init__": (1, 2), "LimenError": (1, 2), "UnfitError": (2, 3)}
"""Where the words of an error stand among its arguments."""
KEYWORDS = {"gettext": None, "gettext_noop": None}
WITH_ERRORS = (
    *sorted((SOURCES / "identity").glob("*.py")),
    SOURCES / "enforcement" / "app_login.py",
    SOURCES / "web" / "requests.py",
    SOURCES / "storage" / "errors.py",
    *sorted((SOURCES / "web" / "portal").glob("*.py")),
)
NOT_FOR_EMPLOYEES = {"roster.py", "workloads.py", "workload.py", "parts.py", "people.py"}
WIDTH = 110


def found() -> Catalog:
    """Every message that employees can meet, with where it stands."""
    catalogue = Catalog(charset="utf-8", header_comment="")
    for path, text, comments in _messages():
        catalogue.add(text, locations=[(str(path.relative_to(HERE)), None)], auto_comments=comments)  # type: ignore[list-item]
    return catalogue


def spoken_templates() -> list[Path]:
    """The templates of pages that employees see, and the parts that these are made of."""
    return [*sorted(TEMPLATES.glob("*.html")), *sorted((TEMPLATES / "portal").glob("*.html"))]


def _messages() -> Iterator[tuple[Path, str | tuple[str, ...], list[str]]]:
    for path in spoken_templates():
        options = {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
        words = ("_", "gettext", "ngettext")
        for _, _, text, comments in babel_extract(BytesIO(path.read_bytes()), words, [], options):
            said = tuple(one for one in text if one) if isinstance(text, tuple) else text
            if said:
                yield path, said, comments
    for kind in KINDS.values():
        for text in kind.messages:
            yield SOURCES / "events" / "kinds.py", text, []
    errors = {path for path in WITH_ERRORS if path.name not in NOT_FOR_EMPLOYEES}
    for path in sorted({*(SOURCES / "web").rglob("*.py"), *errors}):
        keywords = {**KEYWORDS, **(ERRORS if path in errors else {})}
        for _, text, comments, _ in extract("python", BytesIO(path.read_bytes()), keywords):  # type: ignore[arg-type]
            for one in text if isinstance(text, tuple) else (text,):
                if one:
                    yield path, one, comments


def updated(language: Language) -> bytes:
    """The catalogue of `language` as its file should be."""
    path = po_of(language)
    catalogue = Catalog(locale=language.value, charset="utf-8")
    if path.exists():
        catalogue = read_po(BytesIO(path.read_bytes()), locale=language.value)
    catalogue.update(found(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    catalogue.header_comment = f"# What Limen's pages say, in {catalogue.locale.english_name}."  # type: ignore[union-attr]
    out = BytesIO()
    write_po(out, catalogue, width=WIDTH, omit_header=False, sort_output=True, include_lineno=False)
    lines = out.getvalue().decode().splitlines(keepends=True)
    stamps = ('"Generated-By', '"PO-Revision-Date', '"POT-Creation-Date', '"Report-Msgid', '"Last-Tr', '"Project-Id')
    return "".join(line for line in lines if not line.startswith(stamps)).encode()


def main() -> int:
    for language in (one for one in Language if one is not Language.ENGLISH):
        path = po_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(updated(language))
        missing = [message.id for message in read_po(path.open("rb")) if message.id and not message.string]
        print(f"{path.relative_to(HERE)}: {len(missing)} without a translation", *missing, sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
