"""Everything that people read, in every language: one catalogue, and one place for lengths, dates, weekdays and lists.

    words = Words(Language.GERMAN, zone)
    words.say("self.group")              # a sentence that is chosen by a value has a key
    words.gettext("Your apps")           # a text that stands in one place is looked up by its English
    words.length(9 * HOUR), words.day_and_time(instant)

`python3 do.py messages` brings the catalogue up to date and names what has no translation.
"""

from __future__ import annotations

from limen.messages.catalogue import Catalogue, catalogue, gettext_noop
from limen.messages.language import Language, language_of
from limen.messages.lists import joined
from limen.messages.words import Words
