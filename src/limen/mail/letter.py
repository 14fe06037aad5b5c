"""A mail made of paragraphs: as plain text, and as HTML that says the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from limen.mail.message import Message
from limen.messages import Language, Words
from limen.settings import Settings


@dataclass(frozen=True, slots=True)
class Address:
    """A paragraph that is an address, shown whole; `is_link`: it can be pressed."""

    url: str
    is_link: bool = False


def words_for(language: str, settings: Settings) -> Words:
    """The words for who has this language, else the company's first one; English where that is none of ours."""
    code = language or settings.languages[0]
    return Words(Language(code) if code in set(Language) else Language.ENGLISH, settings.zone)


def letter(to: str, subject: str, paragraphs: Iterable[str | Address], language: Language) -> Message:
    """The mail to the address `to`. Raises ValueError, as Message does."""
    said = tuple(paragraphs)
    text = "\n\n".join(one if isinstance(one, str) else f"  {one.url}" for one in said) + "\n"
    body = "\n".join(f"<p>{_html(one)}</p>" for one in said)
    head = f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"></head>'
    return Message(to, subject, text, f"{head}<body>\n{body}\n</body></html>\n", language.value)


def _html(paragraph: str | Address) -> str:
    if isinstance(paragraph, str):
        return escape(paragraph)
    url = escape(paragraph.url)
    return f'<a href="{url}">{url}</a>' if paragraph.is_link else url
