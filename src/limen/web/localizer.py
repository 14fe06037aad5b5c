"""The language of a page: which it is, and everything that is said in it: texts, problems, times and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from babel.numbers import format_decimal
from markupsafe import Markup
from starlette.requests import Request

from limen.clock import MINUTE, Instant, to_iso
from limen.enforcement.headers import TwiceError, cookie
from limen.errors import LimenError
from limen.identity.errors import BusyError, SlowedError
from limen.messages import Language, Words, gettext_noop, language_of

LANGUAGE_COOKIE: Final = "__Host-limen-language"
NAMES: Final = {Language.ENGLISH: "English", Language.GERMAN: "Deutsch"}
"""What each language calls itself."""
CONSOLE: Final = "/console"
"""Below this everything is English: what administrators see is not in the catalogue."""


class Problem(NamedTuple):
    """What went wrong, as a page says it. `language` is another than the page's where there are no words for it."""

    what: str
    fix: str
    language: str


@dataclass(frozen=True, slots=True)
class Localizer(Words):
    """How a page of one language speaks: its words, and as HTML where that says more."""

    def told(self, wrong: LimenError) -> Problem:
        """What went wrong, in this language as far as it has the words."""
        what, fix = wrong.unfilled
        if not (self.catalogue.can_say(what) and self.catalogue.can_say(fix)):
            return Problem(wrong.what, wrong.fix, Language.ENGLISH)
        values = dict(wrong.values)
        if isinstance(wrong, SlowedError | BusyError):
            values["length"] = self.length(-(-wrong.retry_after_ms // 1000) * 1000)
        return Problem(self.gettext(what, **values), self.gettext(fix, **values) if fix else "", self.language)

    def about(self, minutes: int) -> str:
        """`about 2 minutes`."""
        return self.say("page.about", length=self.length(minutes * MINUTE))

    def ago(self, instant: Instant, now: Instant) -> Markup:
        """`3 hours ago`, the exact instant on hover; `never` for no instant at all."""
        if not instant:
            return Markup(self.gettext("never"))  # noqa: S704 -- from the catalogue
        return self._time(instant, self.relative(instant, now))

    def clock(self, instant: Instant) -> Markup:
        """`10:30:05`, the exact instant on hover."""
        return self._time(instant, self.clock_time(instant))

    def number(self, count: float) -> str:
        """`12,345`, or `12.345`."""
        return str(format_decimal(count, locale=self.language.value))

    def _time(self, instant: Instant, text: str) -> Markup:
        """`text` as a time element, the exact instant on hover."""
        tag = Markup('<time datetime="{}" title="{}">{}</time>')
        return tag.format(to_iso(instant), self.exact(instant), text)


def language_for(request: Request, offered: Sequence[Language]) -> Language:
    """What was chosen, or else what the browser likes best, or else the first of those that are `offered`."""
    if request.url.path == CONSOLE or request.url.path.startswith(f"{CONSOLE}/"):
        return Language.ENGLISH
    return chosen(request, offered) or language_of(request.headers.get("accept-language", ""), offered)


def chosen(request: Request, offered: Sequence[Language]) -> Language | None:
    """The language in this browser's cookie; None where it has none, or one that is not offered."""
    cookies = b"; ".join(value for field, value in request.scope["headers"] if field == b"cookie")
    try:
        return one_of(cookie(cookies, LANGUAGE_COOKIE.encode()).decode("latin-1"), offered)
    except TwiceError:
        return None


def one_of(code: str, offered: Sequence[Language]) -> Language | None:
    """The language of this code, exactly, where it is offered. What was asked for is never used in its stead."""
    return next((language for language in offered if language.value == code), None)


UNKNOWN: Final = (
    gettext_noop("There is no such app"),
    gettext_noop("There is no such factor"),
    gettext_noop("There is no such link"),
    gettext_noop("There is no such passkey"),
    gettext_noop("There is no such session"),
    gettext_noop("There is no such token"),
    gettext_noop("reload the page"),
)
"""What UnknownError says to employees: it makes its words from a noun, and a catalogue needs them whole."""
