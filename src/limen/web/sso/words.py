"""What the pages of several protocols say alike."""

from __future__ import annotations

from typing import Final

from limen.messages import gettext_noop

ABOUT_THE_APP: Final = "decides about the app that asks, and not about Limen"
"""Why such a page has no permission of its own."""
LEAVING: Final = "nothing may keep anybody from leaving"
"""Why a sign-out has none."""
NOT_UNDERSTOOD: Final = (
    gettext_noop("This sign-in can't continue"),
    gettext_noop("the app sent a request that Limen does not understand; tell the people who run the app"),
)
OVER: Final = (
    gettext_noop("This sign-in is over"),
    gettext_noop("it was used before, or took too long; open the app again"),
)
