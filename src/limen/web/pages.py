"""Templates: the environment that renders every page, escaping all that it is given."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from limen.clock import Instant
from limen.facts import Factor
from limen.web import drawing, times
from limen.web.assets import Assets

_TEMPLATES: Final = Path(__file__).parent / "templates"

EFFECT_WORDS: Final = {"permit": "Permitted", "challenge": "Challenged", "deny": "Denied", "forbid": "Forbids"}
FACTOR_WORDS: Final = {
    Factor.PASSKEY: "passkey",
    Factor.SECURITY_KEY: "security key",
    Factor.CODE: "authenticator code",
    Factor.PASSWORD: "password",
    Factor.RECOVERY_CODE: "recovery code",
    Factor.LINK: "one-time link",
}


class Pages:
    """Renders templates for one company."""

    def __init__(self, company: str, zone: ZoneInfo) -> None:
        self.assets = Assets()
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals.update(
            asset=self.assets.address,
            browser=browser_name,
            company=company,
            effect_words=EFFECT_WORDS,
            icon=drawing.icon,
            mark=drawing.MARK,
            monogram=drawing.monogram,
        )
        self._environment.filters.update(
            clock=lambda instant: times.time_tag(instant, times.clock_time(instant, zone), zone),
            day_and_time=partial(times.day_and_time, zone=zone),
            exact=partial(times.exact, zone=zone),
            factors=factor_words,
            number=lambda count: f"{count:,}",
        )
        self._zone = zone

    def render(self, template: str, now: Instant, values: Mapping[str, Any]) -> str:
        """The page as text. `now` is what relative times are counted from."""

        def ago(instant: Instant) -> Markup:
            return times.time_tag(instant, times.relative(instant, now), self._zone) if instant else Markup("never")

        return self._environment.get_template(template).render({"ago": ago, **values})


def factor_words(factors: frozenset[Factor]) -> str:
    """`password and authenticator code`, in a fixed order."""
    return " and ".join(word for factor, word in FACTOR_WORDS.items() if factor in factors) or "nothing"


def browser_name(user_agent: str) -> str:
    """`Firefox on Windows`: what people recognise of a browser, as far as it says so of itself."""
    marks = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "an iPhone"),
        ("iPad", "an iPad"),
        ("Mac OS X", "a Mac"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in marks if mark in user_agent), "A browser")
    system = next((name for mark, name in systems if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser
