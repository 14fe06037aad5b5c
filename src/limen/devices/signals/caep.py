"""Shared signals: security event tokens (RFC 8417) that a service pushes (RFC 8935), of OpenID's CAEP 1.0.

A token is its issuer's own by the issuer's published keys, for us by its audience, of now by `iat`, and once by `jti`.
Two events are understood; others are answered as taken and change nothing, as a receiver has to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from limen.clock import DAY, MINUTE, SECOND, Instant, Milliseconds
from limen.devices.signals.authentication import Once
from limen.devices.signals.mapping import plain
from limen.devices.signals.model import Level, Message, Named, Told, Topic
from limen.devices.wire import RefusedError
from limen.errors import LimenError
from limen.facts.signal_sources import SignalSource
from limen.pillar import KeysAwayError, SignedByIssuers

MEDIA_TYPE: Final = "application/secevent+jwt"
_EVENTS: Final = "https://schemas.openid.net/secevent/caep/event-type/"
COMPLIANCE: Final = f"{_EVENTS}device-compliance-change"
SESSION_REVOKED: Final = f"{_EVENTS}session-revoked"
OLDEST: Final[Milliseconds] = 7 * DAY
"""How long a service may go on trying to deliver a token."""
SKEW: Final[Milliseconds] = 5 * MINUTE
MOST_EVENTS: Final = 10
_STATUS: Final = {"compliant": Level.NONE, "not-compliant": Level.HIGH}


async def read(source: SignalSource, signed: SignedByIssuers | None, body: bytes, now: Instant) -> tuple[Message, Once]:
    """What a token says, and what makes it good once. Raises RefusedError, in the words of RFC 8935 section 2.4."""
    if signed is None:
        raise RefusedError(503, "unavailable", "this Limen has no part that verifies tokens of other services")
    try:
        claims = await signed.claims(source.keys, body.decode("ascii", "replace"))
    except KeysAwayError:
        raise RefusedError(503, "unavailable", "the issuer's keys can't be read now", "send it again") from None
    except LimenError:
        raise RefusedError(400, "invalid_key", "no published key of the issuer verifies this") from None
    _judge(claims, source, now)
    return _message(claims, now), Once(str(claims["jti"]), _instant(claims["iat"]) + OLDEST + SKEW)


def _judge(claims: Mapping[str, Any], source: SignalSource, now: Instant) -> None:
    """Whose it is, for whom, and of when. Raises RefusedError."""
    if claims.get("iss") != source.issuer:
        raise RefusedError(400, "invalid_issuer", "it is of another issuer")
    audience = claims.get("aud")
    if source.audience not in (audience if isinstance(audience, list) else [audience]):
        raise RefusedError(400, "invalid_audience", "it is for somebody else")
    issued, jti = _instant(claims.get("iat")), claims.get("jti")
    if not issued or not isinstance(jti, str) or not 0 < len(jti) <= 200:
        raise RefusedError(400, "invalid_request", "iat or jti is missing")
    if issued > now + SKEW or issued < now - OLDEST:
        raise RefusedError(400, "invalid_request", "it was issued too long ago, or is yet to be")
    events = claims.get("events")
    if not isinstance(events, dict) or not 0 < len(events) <= MOST_EVENTS:
        raise RefusedError(400, "invalid_request", "events is missing")


def _message(claims: Mapping[str, Any], now: Instant) -> Message:
    told: list[Told] = []
    signed_out: list[Named] = []
    people: list[str] = []
    passed_over = 0
    for kind, payload in claims["events"].items():
        event = payload if isinstance(payload, dict) else {}
        subject = event.get("subject", claims.get("sub_id"))
        devices, persons = list(_devices(subject)), list(_people(subject))
        at = min(_instant(event.get("event_timestamp")) or _instant(claims.get("toe")) or _instant(claims["iat"]), now)
        level = _STATUS.get(str(event.get("current_status")))
        if kind == COMPLIANCE and devices and level is not None:
            title = plain(_reason(event), 200)
            told += [Told("compliance", one, level, Topic.HEALTH, title, at) for one in devices]
        elif kind == SESSION_REVOKED and (devices or persons):
            signed_out += devices
            people += persons if not devices else []  # of one person's one device, no more than is said
        else:
            passed_over += 1
    return Message(tuple(told), (), passed_over, tuple(signed_out), tuple(people))


def _devices(subject: object) -> Iterator[Named]:
    """The devices that a subject identifier means (RFC 9493; SSF 1.0 section 3): what names one is its id or serial."""
    inner = subject.get("device") if isinstance(subject, dict) else None
    if isinstance(inner, dict):
        name = plain(inner.get("id") or inner.get("sub") or "", 100)
        if name:
            yield Named(id=name[:40], serial=name, name=name)


def _people(subject: object) -> Iterator[str]:
    """The email addresses of the people that a subject identifier means."""
    inner = subject.get("user", subject) if isinstance(subject, dict) else None
    address = inner.get("email") if isinstance(inner, dict) else None
    if isinstance(address, str) and 0 < len(address) <= 254:
        yield address


def _reason(event: Mapping[str, Any]) -> object:
    reason = event.get("reason_admin")
    return next(iter(reason.values()), "") if isinstance(reason, dict) else reason or "not compliant"


def _instant(value: object) -> Instant:
    """Of seconds since 1970, or of what some send as milliseconds; 0 where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1 << 50:
        return 0
    return int(value) if value >= 1 << 36 else int(value * SECOND)
