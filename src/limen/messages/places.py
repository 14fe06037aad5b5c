"""Where something was found in a document, in the language of whoever reads it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from limen.messages.catalogue import gettext_noop

_PLACES: Final = {
    "page": gettext_noop("page"),
    "line": gettext_noop("line"),
    "row": gettext_noop("row"),
    "sheet": gettext_noop("sheet"),
}
_PLACE: Final = re.compile(r"(?:^|(?<=, )|(?<= / ))(?:(?:page|line|row)(?= \d+(?:,|$))|sheet(?= ))")


def place_said(place: str, say: Callable[[str], str]) -> str:
    """A place as its reader says it: `Blatt Gehälter, Zeile 4`. What is named there stays as it is."""
    return _PLACE.sub(lambda found: say(_PLACES[found[0]]), place)
