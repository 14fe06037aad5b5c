"""A small whole page for where no room of the sign-in host can be shown: on an app's host, and while Limen is down.

It says everything in every language, since nobody has chosen one yet, and names nothing of the inside.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable
from html import escape
from typing import Final

from limen.messages import Language, catalogue

STYLE: Final = (
    ":root{color-scheme:light dark;font:1.05rem/1.6 system-ui,sans-serif}"
    "body{max-width:34rem;margin:12vh auto;padding:0 1.25rem}"
    "main{border:1px solid color-mix(in srgb,GrayText 45%,transparent);border-radius:14px;padding:1.75rem 2rem}"
    "main::before{content:'';display:block;width:1rem;height:1.3rem;border:.42rem solid #3a3a9e;border-bottom:0;"
    "border-radius:1rem 1rem 0 0;margin-bottom:1.25rem}"
    "h1{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem}"
    "section+section{margin-top:2.5rem;padding-top:1rem;border-top:1px solid GrayText}"
    "button{font:inherit;padding:.5rem 1.25rem}"
    "a,button{min-height:2.75rem}"
)
STYLE_SOURCE: Final = f"'sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
"""What a content security policy names to let this style, and no other, count (CSP 3, section 6.7.3.3)."""


def plain_page(
    title: str, text: str, *, app: str = "", link: str = "", label: str = "", refresh: bool = False, form: str = ""
) -> bytes:
    """The page. `title`, `text` and `label` are texts of the catalogue and may hold `{app}`.

    `refresh` goes on to `link` at once; `form` is a path on this host that a button posts to.
    """
    onward = f'<meta http-equiv="refresh" content="0;url={escape(link)}">' if refresh and link else ""
    sections = []
    for language in Language:
        words = catalogue(language)
        if all(words.can_say(each) for each in (title, text, label)):
            said = [escape(words.gettext(each).replace("{app}", app)) for each in (title, text, label)]
            sections.append(_section(language, *said, link=link, form=form))
    return document(escape(title.replace("{app}", app)), sections, onward).encode()


def document(title: str, sections: Iterable[str], head: str = "") -> str:
    """A whole page of these sections. What it is given is HTML already; `head` counts before any style does."""
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">{head}'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{title}</title><style>{STYLE}</style>\n<main>\n{''.join(sections)}</main>\n</html>\n"
    )


def _section(language: Language, title: str, text: str, label: str, *, link: str, form: str) -> str:
    if form:
        onward = f'<form method="post" action="{escape(form)}"><button>{label}</button></form>'
    elif link:
        onward = f'<p><a href="{escape(link)}">{label}</a></p>'
    else:
        onward = ""
    text = f"{text[:1].upper()}{text[1:]}"  # an error's fix starts small, because it mostly follows what is wrong
    return f'<section lang="{language}"><h1>{title}</h1><p>{text}</p>{onward}</section>\n'
