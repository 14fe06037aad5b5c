"""Security event tokens (RFC 8417; SSF 1.0 section 4): put together, and judged. Pure.

They are signed by the keys of OpenID Connect (`oidc.keys`), and others' are verified by `upstream.tokens`, as the type
`secevent+jwt`: none of them can be taken for a token that signs anybody in, nor the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from limen.clock import DAY, MINUTE, SECOND, Instant, Milliseconds
from limen.errors import LimenError
from limen.sso.shared_signals import event_types, subjects
from limen.sso.shared_signals.event_types import EventError, SecurityEvent
from limen.sso.shared_signals.subjects import Subject, SubjectError

MEDIA_TYPE: Final = "application/secevent+jwt"
TYPE: Final = "secevent+jwt"
"""`typ` in the header (RFC 8417 section 2.3)."""
ALGORITHM: Final = "RS256"
"""What Limen signs them with: the interoperability profile of CAEP has every receiver know it."""
OLDEST: Final[Milliseconds] = 7 * DAY
"""How long somebody may go on trying to deliver a token."""
SKEW: Final[Milliseconds] = 5 * MINUTE
"""How far the clocks of two may be from each other."""
MOST_EVENTS: Final = 10
MOST_AUDIENCES: Final = 20
LONGEST_ID: Final = 200

INVALID_REQUEST: Final = "invalid_request"
INVALID_KEY: Final = "invalid_key"
INVALID_ISSUER: Final = "invalid_issuer"
INVALID_AUDIENCE: Final = "invalid_audience"
AUTHENTICATION_FAILED: Final = "authentication_failed"
ACCESS_DENIED: Final = "access_denied"
ERRORS: Final = frozenset(
    {INVALID_REQUEST, INVALID_KEY, INVALID_ISSUER, INVALID_AUDIENCE, AUTHENTICATION_FAILED, ACCESS_DENIED}
)
"""How a receiver says why it does not take a token (RFC 8935 section 2.4)."""


class SetRefusedError(LimenError):
    """A token that is not taken. `error` is what its sender is told, one of `ERRORS`."""

    def __init__(self, error: str, what: str) -> None:
        super().__init__(what, "see RFC 8935 section 2.4")
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEventToken:
    """What a token says. `unknown` are the types of events in it that are not understood; `transaction` (`txn`) is the
    same in every token of one thing that happened. `happened_at` is `toe`, 0 where that is not said.
    """

    id: str
    issuer: str
    audience: str
    issued_at: Instant
    subject: Subject | None
    events: tuple[SecurityEvent, ...]
    unknown: tuple[str, ...] = ()
    transaction: str = ""
    happened_at: Instant = 0


def claims_of(token: SecurityEventToken) -> dict[str, Any]:
    """What is signed. There is no `sub` and no `exp` in it: nothing takes it for a token that gives access (SSF 1.0
    sections 4.1.2 and 4.1.3).
    """
    claims: dict[str, Any] = {
        "iss": token.issuer,
        "aud": token.audience,
        "jti": token.id,
        "iat": token.issued_at // SECOND,
        "events": {one.uri: event_types.written(one) for one in token.events},
    }
    if token.subject is not None:
        claims["sub_id"] = subjects.written(token.subject)
    if token.happened_at:
        claims["toe"] = token.happened_at // SECOND
    if token.transaction:
        claims["txn"] = token.transaction
    return claims


def read(claims: Mapping[str, Any], *, issuer: str, audience: str, now: Instant) -> SecurityEventToken:
    """What a token says whose signature holds. Raises SetRefusedError where it is not this issuer's, for somebody else,
    of another time, or no security event token. Whether its `id` came before is for the caller.
    """
    if claims.get("iss") != issuer:
        raise SetRefusedError(INVALID_ISSUER, "it is of another issuer")
    if audience not in _audiences(claims.get("aud")):
        raise SetRefusedError(INVALID_AUDIENCE, "it is for somebody else")
    if "exp" in claims or "sub" in claims:
        raise SetRefusedError(INVALID_REQUEST, "exp and sub are not for security events")
    token_id, issued_at = claims.get("jti"), instant(claims.get("iat"))
    if not isinstance(token_id, str) or not 0 < len(token_id) <= LONGEST_ID:
        raise SetRefusedError(INVALID_REQUEST, "jti is missing")
    if not now - OLDEST <= issued_at <= now + SKEW:
        raise SetRefusedError(INVALID_REQUEST, "iat is missing, too long ago, or yet to be")
    events, unknown, legacy_subject = _events(claims.get("events"))
    transaction = claims.get("txn")
    return SecurityEventToken(
        id=token_id,
        issuer=issuer,
        audience=audience,
        issued_at=issued_at,
        subject=_subject(claims.get("sub_id", legacy_subject)),
        events=events,
        unknown=unknown,
        transaction=transaction[:LONGEST_ID] if isinstance(transaction, str) else "",
        happened_at=min(instant(claims.get("toe")), now),
    )


def instant(value: object) -> Instant:
    """The instant that a claim gives in seconds; 0 where there is none that can be."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1 << 40:
        return 0
    return int(value * SECOND)


def _audiences(value: object) -> list[object]:
    return value[:MOST_AUDIENCES] if isinstance(value, list) else [value]


def _events(value: object) -> tuple[tuple[SecurityEvent, ...], tuple[str, ...], object]:
    """The events that are understood, the types of those that are not, and the subject that drafts put into one."""
    if not isinstance(value, dict) or not 0 < len(value) <= MOST_EVENTS:
        raise SetRefusedError(INVALID_REQUEST, "events is missing, or too many")
    events, unknown, subject = [], [], None
    for uri, payload in value.items():
        if not isinstance(payload, dict):
            raise SetRefusedError(INVALID_REQUEST, "an event is no object")
        try:
            event = event_types.read(uri, payload)
        except EventError as error:
            raise SetRefusedError(INVALID_REQUEST, error.what) from None
        subject = subject or payload.get("subject")
        if event is None:
            unknown.append(uri[:LONGEST_ID])
        else:
            events.append(event)
    return tuple(events), tuple(unknown), subject


def _subject(value: object) -> Subject | None:
    try:
        return None if value is None else subjects.read(value)
    except SubjectError as error:
        raise SetRefusedError(INVALID_REQUEST, error.what) from None
