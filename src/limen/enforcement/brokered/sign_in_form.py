"""The form on a vendor's page by which its account signs in: found, and filled in. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

LONGEST_PAGE: Final = 512 * 1024
MOST_FIELDS: Final = 100
LONGEST_FIELD: Final = 16 * 1024
_NOT_SENT: Final = frozenset({"submit", "button", "image", "reset", "file", "checkbox", "radio"})


class NoFormError(Exception):
    """There is no form on the page that could be meant; `word` says what is missing, for the journal."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(slots=True)
class _Form:
    action: str
    is_posted: bool
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Form] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = True
            self.found.append(_Form(said.get("action", ""), said.get("method", "").lower() == "post"))
        elif tag == "input" and self._is_inside and said.get("type", "").lower() not in _NOT_SENT:
            form, name, value = self.found[-1], said.get("name", ""), said.get("value", "")
            if name and len(form.fields) < MOST_FIELDS and len(name) + len(value) <= LONGEST_FIELD:
                form.fields[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False


@dataclass(frozen=True, slots=True)
class FilledIn:
    """Where a form is posted to (path and query), and what with."""

    target: str
    fields: dict[str, str] = field(repr=False)


def filled_in(page: str, at: str, user: tuple[str, str], password: tuple[str, str]) -> FilledIn:
    """The form of `page`, which is at the address `at`, with these two fields (name and value) filled in.

    Whatever else is in it is sent back as it came: it holds what protects the form against forgery. Raises NoFormError:
    also where it would be sent to another origin, or where everybody could read it in an address.
    """
    reader = _Forms()
    reader.feed(page[:LONGEST_PAGE])
    form = next((one for one in reader.found if {user[0], password[0]} <= one.fields.keys()), None)
    if form is None:
        raise NoFormError("no-form")
    if not form.is_posted:
        raise NoFormError("form-not-posted")
    try:
        here, there = urlsplit(at), urlsplit(urljoin(at, form.action))
    except ValueError:
        raise NoFormError("form-elsewhere") from None
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise NoFormError("form-elsewhere")
    target = f"{there.path or '/'}{f'?{there.query}' if there.query else ''}"
    return FilledIn(target, {**form.fields, user[0]: user[1], password[0]: password[1]})
