"""Templates: an environment for each language that renders its pages, escaping all that it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from limen.clock import Instant
from limen.devices.model import SYSTEM_NAMES
from limen.errors import LimenError
from limen.facts import Factor
from limen.identity import authenticators
from limen.messages import Language, gettext_noop
from limen.user_agents import browser_of, system_of
from limen.web import drawing
from limen.web.assets import Assets
from limen.web.localizer import Localizer

TEMPLATES: Final = Path(__file__).parent / "templates"

EFFECT_WORDS: Final = {
    "permit": gettext_noop("Permitted"),
    "challenge": gettext_noop("Challenged"),
    "deny": gettext_noop("Denied"),
    "forbid": gettext_noop("Forbids"),
}
LABEL_WORDS: Final = {
    "public": gettext_noop("Public"),
    "internal": gettext_noop("Internal"),
    "confidential": gettext_noop("Confidential"),
    "restricted": gettext_noop("Restricted"),
}
FACTOR_WORDS: Final = {
    Factor.PASSKEY: gettext_noop("passkey"),
    Factor.SECURITY_KEY: gettext_noop("security key"),
    Factor.CODE: gettext_noop("authenticator code"),
    Factor.PASSWORD: gettext_noop("password"),
    Factor.RECOVERY_CODE: gettext_noop("recovery code"),
    Factor.LINK: gettext_noop("one-time link"),
    Factor.ISSUER: gettext_noop("an account elsewhere"),
    Factor.ISSUER_TWO_FACTORS: gettext_noop("an account elsewhere, with two factors"),
    Factor.ISSUER_PHISHING_RESISTANT: gettext_noop("an account elsewhere, phishing-resistant"),
}


class Pages:
    """Renders templates for one company, in any language. `templates` are the folders that hold them."""

    def __init__(self, company: str, zone: ZoneInfo, templates: Sequence[Path] = (TEMPLATES,)) -> None:
        self.assets = Assets()
        self._company = company
        self._templates = templates
        self._localizers = {language: Localizer(language, zone) for language in Language}
        self._environments = {language: self._made(spoken) for language, spoken in self._localizers.items()}

    def _made(self, spoken: Localizer) -> Environment:
        environment = environment_of(spoken, self._templates)
        environment.globals.update(asset=self.assets.address, company=self._company)
        return environment

    def localizer(self, language: Language) -> Localizer:
        return self._localizers[language]

    def render(
        self, template: str, now: Instant, values: Mapping[str, Any], language: Language = Language.ENGLISH
    ) -> str:
        """The page as text. `now` is what relative times are counted from; a LimenError is put into words."""
        spoken = self._localizers[language]
        said = {name: spoken.told(value) if isinstance(value, LimenError) else value for name, value in values.items()}
        page = self._environments[language].get_template(template)
        return page.render({"ago": lambda instant: spoken.ago(instant, now), **said})


def environment_of(spoken: Localizer, templates: Sequence[Path] = (TEMPLATES,)) -> Environment:
    """An environment whose templates speak one language: `{% trans %}` and `_()` by the catalogue, `say()` else.

    What fills a place in a translated text is escaped like everything else; the texts themselves may hold markup.
    """
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    catalogue = spoken.catalogue
    environment.install_gettext_callables(catalogue.gettext, catalogue.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(
        authenticator=authenticators.name_of,
        aaguid_said=authenticators.is_said,
        browser=lambda user_agent: browser_name(user_agent, spoken),
        browser_on=lambda browser, system: browser_on(browser, system, spoken),
        effect_words={name: spoken.gettext(word) for name, word in EFFECT_WORDS.items()},
        icon=drawing.icon,
        label_words={name: spoken.gettext(word) for name, word in LABEL_WORDS.items()},
        language=spoken.language.value,
        mark=drawing.MARK,
        monogram=drawing.monogram,
        say=spoken.say,
        localizer=spoken,
    )
    environment.filters.update(
        code=in_code,
        action_word=lambda action: spoken.say(f"withheld.{action}") if spoken.has(f"withheld.{action}") else action,
        clock=spoken.clock,
        day_and_time=spoken.day_and_time,
        exact=spoken.exact,
        factors=lambda factors: factor_words(factors, spoken),
        number=spoken.number,
        platform=lambda name: SYSTEM_NAMES.get(name, name),
    )
    return environment


def factor_words(factors: frozenset[Factor], spoken: Localizer) -> str:
    """`authenticator code and password`, in a fixed order."""
    words = [spoken.gettext(word) for factor, word in FACTOR_WORDS.items() if factor in factors]
    return spoken.joined(words) or spoken.gettext("nothing")


_ON: Final = {
    "windows": gettext_noop("{browser} on Windows"),
    "android": gettext_noop("{browser} on Android"),
    "iphone": gettext_noop("{browser} on an iPhone"),
    "ipad": gettext_noop("{browser} on an iPad"),
    "macos": gettext_noop("{browser} on a Mac"),
    "linux": gettext_noop("{browser} on Linux"),
}


def browser_name(user_agent: str, spoken: Localizer) -> str:
    """`Firefox on Windows`: what people recognise of a browser, as far as it says so of itself."""
    return browser_on(browser_of(user_agent), system_of(user_agent), spoken)


def browser_on(browser: str, system: str, spoken: Localizer) -> str:
    """The same of a browser and a system that are known by these names."""
    return spoken.gettext(_ON.get(system, "{browser}"), browser=browser or spoken.gettext("A browser"))


def in_code(text: str) -> Markup:
    """Text for a page, with what stands between backticks set as code."""
    parts = str(escape(text)).split("`")
    is_paired = len(parts) % 2 == 1
    said = "".join(f"<code>{part}</code>" if n % 2 else part for n, part in enumerate(parts)) if is_paired else text
    return Markup(said) if is_paired else escape(said)  # noqa: S704 -- escaped above
