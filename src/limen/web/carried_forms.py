"""A form that met a request for a fresh proof: kept until its sender comes back, then shown to be sent with one press.

Coming back does nothing by itself. The page has the form once more, with the token of the session as it is by then, and
where it is sent to it is authorized, read and checked like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec

from limen.browser_state import BrowserStates, StateRefusedError
from limen.clock import SECOND
from limen.errors import LimenError
from limen.facts import Session
from limen.messages import gettext_noop
from limen.opaque import new_token
from limen.storage.kept_briefly import KeptBriefly, Shelf
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
_FORMS: Final = Shelf("carried forms", MOST_FORMS, most_of_a_source=1)


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
    """One for each session, the last that was kept. `routes` are those of this Limen, by their methods and paths."""

    def __init__(self, states: BrowserStates, kept: KeptBriefly, routes: Mapping[tuple[str, str], Route]) -> None:
        self._states = states
        self._kept = kept
        self._routes = routes

    async def keep(self, session: Session, browser: str, form: CarriedForm) -> str:
        """The state that brings this form back, once, to this session in this browser; "" where it may not be kept.

        `browser` is the secret of the browser's cookie. Raises StorageError.
        """
        if not form.may_be_kept:
            return ""
        name, written = (
            new_token(),
            msgspec.msgpack.encode(
                _Written(form.route.method, form.route.path, form.path, dict(form.about), form.fields, form.page)
            ),
        )
        await self._kept.do(lambda rows: rows.put(_FORMS, name, written, rows.now + LIVES_SECONDS * SECOND, session.id))
        return await self._states.issue(_PURPOSE, _binding(session, browser), {"form": name}, LIVES_SECONDS)

    async def take(self, session: Session, browser: str, state: str) -> CarriedForm:
        """The form that this state brings back; it is gone then. Raises FormGoneError, StorageError."""
        try:
            held = await self._states.take(_PURPOSE, _binding(session, browser), state.encode("utf-8", "replace"))
        except StateRefusedError as refused:
            raise FormGoneError(refused.word) from None
        kept = await self._kept.do(lambda rows: rows.take(_FORMS, held["form"]))
        written = None if kept is None else msgspec.msgpack.decode(kept.data, type=_Written)
        route = None if written is None else self._routes.get((written.method, written.route))
        if written is None or route is None:
            raise FormGoneError("overtaken")
        return CarriedForm(route, written.path, written.about, written.fields, written.page)


class _Written(msgspec.Struct, frozen=True, array_like=True):
    """A form as it is kept: another worker may have been started with another Limen."""

    method: str
    route: str
    path: str
    about: dict[str, str]
    fields: tuple[tuple[str, str], ...]
    page: str


def _binding(session: Session, browser: str) -> bytes:
    """A session keeps its id when it is proved again, and its browser keeps its cookie."""
    return sha256(f"{session.id} {browser}".encode()).digest()
