"""What somebody is told whose data does not pass: what kind of thing it is, by which rule, and whom to ask.

Never what was found. A page for browsers, in their language; problem details (RFC 9457) for programs; one line for
mail.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, TypeAlias

from limen.data.doors.judging import Verdict
from limen.messages import Catalogue, Language, catalogue, gettext_noop, joined, language_of

_STYLE: Final = (
    ":root{color-scheme:light dark;font:1.05rem/1.6 system-ui,sans-serif}"
    "main{max-width:34rem;margin:12vh auto;padding:1.75rem 2rem;border:1px solid GrayText;border-radius:14px}"
    "h1{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem}dt{font-weight:600}dd{margin:0 0 .5rem}"
)
STYLE_SOURCE: Final = f"'sha256-{b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
"""What a content security policy names to let this style, and no other, count (CSP 3, section 6.7.3.3)."""
_TITLE: Final = gettext_noop("This was stopped because of what is in it")
_FAILED: Final = gettext_noop("This was stopped because it could not be checked")
_TAKEN: Final = gettext_noop("This file was taken away because of what is in it")
_UNKNOWN: Final = gettext_noop("something that may not leave this way")
_UNREAD: Final = gettext_noop("it could not be checked")
MOST_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class Refusal:
    """A verdict to be said. `why` is what the rule says of itself, `contact` whom to ask; "" where nobody said so.
    `kept_as`: the ID by which it is kept; "" where nothing is, whatever the rule's step is called.
    """

    verdict: Verdict
    contact: str = ""
    why: str = ""
    kept_as: str = ""

    def title(self, words: Catalogue) -> str:
        return words.gettext(_FAILED if self.verdict.failed else _TITLE)

    def found(self, words: Catalogue) -> str:
        """The kinds of what was found, as a list in words."""
        kinds = self.verdict.judged.kinds[:MOST_NAMED]
        if not kinds:
            return words.gettext(_UNREAD if self.verdict.failed else _UNKNOWN)
        return joined([words.gettext(one) for one in kinds], "and", words.language)

    def rows(self, words: Catalogue) -> Sequence[tuple[str, str]]:
        """What is said, each with its heading. Without what is not there."""
        kept = words.gettext("It is kept as {id}: an administrator can put it back.").format(id=self.kept_as)
        said = (
            (words.gettext("What was found"), self.found(words)),
            (words.gettext("Why"), self.why),
            (words.gettext("Rule"), ", ".join(self.verdict.judged.rules[:MOST_NAMED])),
            (words.gettext("What happens now"), kept if self.kept_as else ""),
            (words.gettext("Whom to ask"), self.contact or (words.gettext("An administrator") if self.kept_as else "")),
            (words.gettext("Reference"), self.verdict.event),
        )
        return [(heading, text) for heading, text in said if text]


RefusalOf: TypeAlias = Callable[[Verdict], Refusal]
"""A verdict with what its rules and the settings say to whoever is stopped."""


def page(refusal: Refusal, accepted_languages: str) -> bytes:
    """For browsers."""
    language = language_of(accepted_languages)
    words = catalogue(language)
    title = escape(refusal.title(words))
    rows = "".join(f"<dt>{escape(heading)}</dt><dd>{escape(text)}</dd>" for heading, text in refusal.rows(words))
    return (
        f'<!doctype html>\n<html lang="{language}">\n<meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{title}</title><style>{_STYLE}</style>\n<main><h1>{title}</h1>\n<dl>{rows}</dl></main>\n</html>\n"
    ).encode()


def note(refusal: Refusal) -> str:
    """For a share, in place of what was taken away: plain text, in every language, since nobody has chosen one."""
    said: list[str] = []
    for language in Language:
        words = catalogue(language)
        rows = (f"{heading}: {text}" for heading, text in refusal.rows(words))
        said.append("\n".join((words.gettext(_TAKEN), *rows, "")))
    return "\n".join(said)


def problem(refusal: Refusal) -> bytes:
    """For programs."""
    verdict, words = refusal.verdict, catalogue(Language.ENGLISH)
    told = {
        "type": "about:blank",
        "status": 403,
        "title": refusal.title(words),
        "detail": refusal.found(words),
        "step": verdict.judged.step.name.lower(),
        "kinds": list(verdict.judged.kinds[:MOST_NAMED]),
        "rules": list(verdict.judged.rules[:MOST_NAMED]),
        "why": refusal.why,
        "contact": refusal.contact,
        "id": verdict.event,
    }
    return json.dumps({name: one for name, one in told.items() if one}).encode()
