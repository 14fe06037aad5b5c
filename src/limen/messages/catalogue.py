"""The message catalogues: what Limen says, by its English text, in each other language.

Read from their `.po` files as they are kept, at the start: some hundred messages take milliseconds, and nothing
compiled has to be kept beside them. `do.py messages` brings Limen's own file up to date with what its pages say. A part
that is kept elsewhere brings a folder of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from limen.declared import Declared
from limen.policy.saying import Language

LOCALE: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "limen"
FOLDERS: Final = Declared("folder of messages", {"limen": LOCALE})
"""Where catalogues are kept, each as `<language>/LC_MESSAGES/limen.po`. None changes what Limen itself translates."""


def gettext_noop(text: str) -> str:
    """`text` as it is: marks what is looked up later, when it is known for whom."""
    return text


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The messages of one language. English is what they are written in, so it has none of its own."""

    language: Language
    messages: NullTranslations
    known: frozenset[str]

    def gettext(self, text: str, **values: object) -> str:
        """`text` in this language, with `values` in the places of their names in braces."""
        said = self.messages.gettext(text)
        return said.format(**values) if values else said

    def has(self, text: str) -> bool:
        """Whether `text` can be said in this language."""
        return not text or text in self.known or self.language is Language.ENGLISH


def po_of(language: Language, folder: Path = LOCALE) -> Path:
    return folder / language.value / "LC_MESSAGES" / f"{DOMAIN}.po"


def catalogue(language: Language) -> Catalogue:
    """The catalogue of `language`, with what the parts bring. Raises OSError where a folder has no file for it."""
    return _read(language, tuple(FOLDERS.values()))


@lru_cache(maxsize=2 * len(Language))
def _read(language: Language, folders: tuple[Path, ...]) -> Catalogue:
    if language is Language.ENGLISH:
        return Catalogue(language, NullTranslations(), frozenset())
    messages, known = NullTranslations(), frozenset[str]()
    for folder in reversed(folders):
        with po_of(language, folder).open("rb") as file:
            written = read_po(file, locale=language.value)
        compiled = BytesIO()
        write_mo(compiled, written)
        compiled.seek(0)
        earlier = GNUTranslations(compiled)
        earlier.add_fallback(messages)
        messages = earlier
        known |= {message.id if isinstance(message.id, str) else message.id[0] for message in written if message.string}
    return Catalogue(language, messages, known - {""})
