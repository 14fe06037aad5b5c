"""What Microsoft Entra ID sends when it asks for the second factor, read and held against its registration."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from limen.clock import Instant
from limen.errors import LimenError
from limen.facts import App
from limen.sso.entra.proof import Wanted, WrongClaimsError, wanted

LONGEST: Final = 8_192
"""Characters of `state` and `nonce`, which only Entra ID understands."""
_OPAQUE: Final = re.compile(r"[!-~]+")
_GUID: Final = re.compile(r"[0-9A-Fa-f-]{1,36}")


class WrongRequestError(LimenError):
    """A request that is answered to nobody. `word` says why, for the journal: a word of ours."""

    def __init__(self, word: str) -> None:
        super().__init__("The request can't be trusted", "start again from the app that you wanted to open")
        self.word = word


@dataclass(frozen=True, slots=True)
class AsIs:
    """A request as far as it can be held against its app without its hint. `request_id` is Entra's name for it."""

    app: App
    nonce: str
    state: str
    hint: str
    wanted: Wanted
    request_id: str


@dataclass(frozen=True, slots=True)
class FactorRequest:
    """A good request: `claims` are those of its hint, and `subject` whom it means, as Entra ID names them to Limen."""

    app: App
    nonce: str
    state: str
    wanted: Wanted
    claims: Mapping[str, object]
    at: Instant
    request_id: str = ""

    @property
    def subject(self) -> str:
        return str(self.claims["sub"])

    @property
    def name(self) -> str:
        """What tells this request from all others."""
        return "\0".join((self.app.id, self.nonce, self.state, str(self.claims["iat"])))


def read(form: Mapping[str, Sequence[str]], apps: Mapping[str, App]) -> AsIs:
    """The request in this form. Raises WrongRequestError. What the contract does not name is not looked at."""
    app = next((one for one in apps.values() if one.entra and one.entra.client_id == _one(form, "client_id")), None)
    if app is None or app.entra is None:
        raise WrongRequestError("client-unknown")
    if _one(form, "redirect_uri") != app.entra.redirect_uri:
        raise WrongRequestError("redirect-uri-wrong")
    if (_one(form, "response_type"), _one(form, "response_mode")) != ("id_token", "form_post"):
        raise WrongRequestError("response-type-wrong")
    if "openid" not in _one(form, "scope").split():
        raise WrongRequestError("scope-wrong")
    nonce, state, request_id = _one(form, "nonce"), _one(form, "state"), _one(form, "client-request-id")
    if not _is_opaque(nonce) or (state and not _is_opaque(state)):
        raise WrongRequestError("nonce-or-state-wrong")
    try:
        asked = wanted(_one(form, "claims"))
    except WrongClaimsError:
        raise WrongRequestError("claims-wrong") from None
    named = request_id if _GUID.fullmatch(request_id) else ""
    return AsIs(app, nonce, state, _one(form, "id_token_hint"), asked, named)


def _one(form: Mapping[str, Sequence[str]], name: str) -> str:
    """The one value of a field; "" where it is missing. Raises WrongRequestError where it is repeated."""
    values = form.get(name, ("",))
    if len(values) != 1:
        raise WrongRequestError("field-twice")
    return values[0]


def _is_opaque(text: str) -> bool:
    return len(text) <= LONGEST and bool(_OPAQUE.fullmatch(text))
