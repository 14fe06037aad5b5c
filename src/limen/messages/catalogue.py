"""The message catalogue: what people read, by its key or by its English text, in one language.

Nothing that a user wrote is ever a message: values only fill the places that a message names in braces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from limen.declared import Declared
from limen.messages.language import Language
from limen.messages.po_file import entries

HERE: Final = Path(__file__).parent
CATALOGUE_FOLDERS: Final = Declared("folder of messages", {"limen": HERE})
"""Where messages are kept, each as `<language>.po`. A part may bring a folder; it changes nothing that Limen says."""


def gettext_noop(text: str) -> str:
    """`text` as it is: marks what is looked up later, when it is known for whom."""
    return text


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The messages of one language: one form of each, or one for a single thing and one for any other number.

    That of English holds what has a key; everything else is its own English text.
    """

    language: Language
    messages: Mapping[str, tuple[str, ...]]

    def say(self, key: str, /, **values: object) -> str:
        """The message with this key. Raises KeyError for a key that there is not."""
        return self.messages[key][0].format(**values)

    def has(self, key: str) -> bool:
        return key in self.messages

    def gettext(self, text: str, /, **values: object) -> str:
        """`text`, written in English, in this language, with `values` in the places of their names in braces."""
        said = self.messages.get(text, (text,))[0]
        return said.format(**values) if values else said

    def ngettext(self, one: str, many: str, number: float, /, **values: object) -> str:
        """`one` or `many`, as this language has it for so many things; both languages have two forms."""
        said = self.messages.get(one, (one, many))[0 if number == 1 else -1]
        return said.format(**values) if values else said

    def can_say(self, text: str) -> bool:
        """Whether this English text can be said in this language."""
        return not text or text in self.messages or self.language is Language.ENGLISH


def po_of(language: Language, folder: Path = HERE) -> Path:
    return folder / f"{language.value}.po"


def catalogue(language: Language) -> Catalogue:
    """The catalogue of `language`, with what the parts bring. Each file is read once.

    Raises OSError where a folder has no file for this language. English needs one for keys alone, so it may be missing.
    """
    return _read(language, tuple(CATALOGUE_FOLDERS.values()))


@lru_cache(maxsize=2 * len(Language))
def _read(language: Language, folders: tuple[Path, ...]) -> Catalogue:
    messages: dict[str, tuple[str, ...]] = {}
    for path in (po_of(language, folder) for folder in reversed(folders)):  # Limen's own come last and stay
        if language is not Language.ENGLISH or path.exists():
            messages |= {one.message: one.said for one in entries(path.read_text("utf-8"))}
    return Catalogue(language, messages)
