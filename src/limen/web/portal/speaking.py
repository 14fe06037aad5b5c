"""The language of one page: which it is, every word that the page itself says, and the way to the other language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from markupsafe import Markup
from starlette.requests import Request

from limen.clock import MINUTE, Instant, to_iso
from limen.errors import LimenError
from limen.identity.errors import SlowedError
from limen.policy.saying import Language, Words, language_of
from limen.web.requests import query
from limen.web.site import Site

_NAMES: Final = {Language.ENGLISH: "English", Language.GERMAN: "Deutsch"}


class Tongue(NamedTuple):
    """One language of the switch: what it calls itself, and where this page is in it."""

    language: Language
    name: str
    url: str


class Problem(NamedTuple):
    """What went wrong, as a page says it. `language` is another than the page's where there are no words for it."""

    what: str
    fix: str
    language: str


@dataclass(frozen=True, slots=True)
class Speech:
    """How one page speaks. `here` is its path and query without the language.

    `is_chosen` where the person asked for a language: it then goes on with them, by `onward`, and in nothing that
    a browser would keep.
    """

    words: Words
    now: Instant
    here: str
    is_chosen: bool = False

    @property
    def language(self) -> str:
        return self.words.language.value

    @property
    def tongues(self) -> tuple[Tongue, ...]:
        return tuple(Tongue(language, name, _with(self.here, language)) for language, name in _NAMES.items())

    def say(self, key: str, **values: object) -> str:
        """Raises KeyError for a message that there is not."""
        return self.words.say(key, **values)

    def about(self, minutes: int) -> str:
        """`about 2 minutes`."""
        return self.say("about", length=self.words.length(minutes * MINUTE))

    def ago(self, instant: Instant) -> Markup:
        """How long ago it was, the exact instant on hover."""
        exact = self.words.date(instant)
        said = self.words.ago(instant, self.now)
        return Markup('<time datetime="{}" title="{}">{}</time>').format(to_iso(instant), exact, said)

    def onward(self, url: str) -> str:
        """Another of these pages, in the language that was chosen here."""
        return _with(url, self.words.language) if self.is_chosen else url

    def problem(self, wrong: LimenError) -> Problem:
        """In this language what can go wrong with a proof; everything else as it was written."""
        key = f"problem.{type(wrong).__name__}"
        if not self.words.has(key):
            return Problem(wrong.what, wrong.fix, Language.ENGLISH.value)
        length = self.words.length(-(-wrong.retry_after_ms // 1000) * 1000) if isinstance(wrong, SlowedError) else ""
        return Problem(self.say(key, length=length).removesuffix("."), "", self.language)


def speech(site: Site, request: Request, now: Instant, asked: str = "", here: str = "") -> Speech:
    """`?lang=` (or `asked`, from a form) where it is a language of ours; or else what the browser likes best.

    `here`: where the page can be read, where that is not the address of the request.
    """
    asked = asked or query(request, "lang", 8)
    chosen = Language(asked) if asked in set(Language) else None
    words = Words(chosen or language_of(request.headers.get("accept-language", "")), site.ports.settings.zone)
    kept = [(name, value) for name, value in parse_qsl(request.url.query) if name != "lang"]
    return Speech(words, now, here or f"{request.url.path}?{urlencode(kept)}", chosen is not None)


def _with(url: str, language: Language) -> str:
    return f"{url}{'&' if '?' in url and not url.endswith('?') else '' if url.endswith('?') else '?'}lang={language}"
