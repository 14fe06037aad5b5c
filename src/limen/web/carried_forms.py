"""A form that met a request for a fresh proof: kept until its sender comes back, then shown to be sent with one press.

Coming back does nothing by itself. The page has the form once more, with the token of the session as it is by then, and
where it is sent to it is authorized, read and checked like any other. What is kept is in memory alone, so a restart
forgets it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from limen.browser_state import BrowserStates, StateRefusedError
from limen.clock import SECOND, Clock
from limen.errors import LimenError
from limen.facts import Session
from limen.messages import gettext_noop
from limen.opaque import new_id
from limen.web.expiring import ExpiringValues
from limen.web.page import Route

LIVES_SECONDS: Final = 600
"""A fresh proof is as young as this, too: whoever takes longer would only be asked again."""
MOST_BYTES: Final = 48 * 1024
"""Of names and values together: room for the longest policy, and for what else its form has."""
MOST_FORMS: Final = 200
"""Of all sessions together, each the last one; beyond it the oldest is forgotten."""
SECRETS: Final = frozenset({"password", "code", "codes", "token"})
"""Fields whose forms are never kept: what somebody knows or holds is typed again."""
_PURPOSE: Final = "carried-form"


class FormGoneError(LimenError):
    """There is no such form for this session. `word` says why, for the journal (see StateRefusedError)."""

    def __init__(self, word: str) -> None:
        super().__init__(
            gettext_noop("What you selected is no longer here, and was not done"),
            gettext_noop("go back to the page it was on and select it again"),
        )
        self.word = word


@dataclass(frozen=True, slots=True)
class CarriedForm:
    """What was sent where. `about` are the parameters of its path, `page` is where it was sent from."""

    route: Route
    path: str
    about: Mapping[str, str]
    fields: tuple[tuple[str, str], ...]
    page: str

    @property
    def may_be_kept(self) -> bool:
        """Does its route say what it does, and is it small enough, and without a secret?"""
        size = sum(len(name.encode()) + len(value.encode()) for name, value in self.fields)
        is_secret = any(name in SECRETS for name, _ in self.fields)
        return bool(self.route.does) and not is_secret and size <= MOST_BYTES


class CarriedForms:
    """One for each session, the last that was kept."""

    def __init__(self, states: BrowserStates, clock: Clock) -> None:
        self._states = states
        self._clock = clock
        self._forms = ExpiringValues[str, tuple[str, CarriedForm]](LIVES_SECONDS * SECOND, MOST_FORMS)

    def keep(self, session: Session, browser: str, form: CarriedForm) -> str:
        """The state that brings this form back, once, to this session in this browser; "" where it may not be kept.

        `browser` is the secret of the browser's cookie.
        """
        if not form.may_be_kept:
            return ""
        name = new_id("f")
        self._forms.put(session.id, (name, form), self._clock.now())
        return self._states.issue(_PURPOSE, _binding(session, browser), {"form": name}, LIVES_SECONDS)

    def take(self, session: Session, browser: str, state: str) -> CarriedForm:
        """The form that this state brings back; it is gone then. Raises FormGoneError."""
        try:
            held = self._states.take(_PURPOSE, _binding(session, browser), state.encode("utf-8", "replace"))
        except StateRefusedError as refused:
            raise FormGoneError(refused.word) from None
        name, form = self._forms.get(session.id, self._clock.now()) or ("", None)
        if form is None or name != held["form"]:
            raise FormGoneError("overtaken")
        self._forms.drop(session.id)
        return form


def _binding(session: Session, browser: str) -> bytes:
    """A session keeps its id when it is proved again, and its browser keeps its cookie."""
    return sha256(f"{session.id} {browser}".encode()).digest()
