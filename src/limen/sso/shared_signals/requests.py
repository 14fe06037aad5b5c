"""What receivers ask for: their requests read, within bounds, and how a wrong one is answered. Pure."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias, TypeVar

import msgspec

from limen.errors import LimenError
from limen.sso.shared_signals.store import LONGEST_TEXT

MOST_BYTES: Final = 64 * 1024
"""Of a request."""
MOST_AT_ONCE: Final = 100
"""Events in one answer, and what one request may say of events."""
MOST_EVENTS: Final = 100
LONGEST_HEADER: Final = 4_096
LONGEST_STATE: Final = 1_000

Id: TypeAlias = Annotated[str, msgspec.Meta(max_length=200)]
Url: TypeAlias = Annotated[str, msgspec.Meta(max_length=1_000)]
Said: TypeAlias = Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]
_Events: TypeAlias = Annotated[list[Url], msgspec.Meta(max_length=MOST_EVENTS)]
_R = TypeVar("_R", bound=msgspec.Struct)


class WrongRequestError(LimenError):
    """A request that is not done. `status` is HTTP's; `word` is a word of ours, for its sender and the journal."""

    def __init__(self, status: int, word: str, what: str) -> None:
        super().__init__(what, "see SSF 1.0 section 8")
        self.status = status
        self.word = word


class Delivery(msgspec.Struct, frozen=True):
    """SSF 1.0 section 6.1: how events come to a receiver."""

    method: Url = ""
    endpoint_url: Url = ""
    authorization_header: Annotated[str, msgspec.Meta(max_length=LONGEST_HEADER)] = ""


class StreamRequest(msgspec.Struct, frozen=True):
    """Section 8.1.1: a stream as its receiver wants it. What only Limen decides has to be as it is, if it is said."""

    stream_id: Id = ""
    iss: Url = ""
    aud: Url | _Events = ""
    events_supported: _Events | msgspec.UnsetType = msgspec.UNSET
    events_delivered: _Events | msgspec.UnsetType = msgspec.UNSET
    events_requested: _Events | msgspec.UnsetType = msgspec.UNSET
    delivery: Delivery | msgspec.UnsetType = msgspec.UNSET
    min_verification_interval: int | msgspec.UnsetType = msgspec.UNSET
    description: Said | msgspec.UnsetType = msgspec.UNSET


class StatusRequest(msgspec.Struct, frozen=True):
    """Section 8.1.2.2."""

    stream_id: Id
    status: Literal["enabled", "paused", "disabled"]
    reason: Said = ""


class SubjectRequest(msgspec.Struct, frozen=True):
    """Section 8.1.3: whom a stream is about, or not."""

    stream_id: Id
    subject: msgspec.Raw
    verified: bool = True


class VerificationRequest(msgspec.Struct, frozen=True):
    """Section 8.1.4.2."""

    stream_id: Id
    state: Annotated[str, msgspec.Meta(max_length=LONGEST_STATE)] = ""


class SetError(msgspec.Struct, frozen=True):
    """Why a token is not taken (RFC 8936 section 2.6)."""

    err: Id = ""
    description: Annotated[str, msgspec.Meta(max_length=LONGEST_HEADER)] = ""


class PollRequest(msgspec.Struct, frozen=True, rename="camel"):
    """RFC 8936 section 2.2. Without `max_events` as many come as Limen gives at once."""

    max_events: Annotated[int, msgspec.Meta(ge=0)] = MOST_AT_ONCE
    return_immediately: bool = False
    ack: Annotated[list[Id], msgspec.Meta(max_length=MOST_AT_ONCE * 10)] = []
    set_errs: Annotated[dict[Id, SetError], msgspec.Meta(max_length=MOST_AT_ONCE * 10)] = {}


def read(kind: type[_R], body: bytes) -> _R:
    """The request in a body of JSON. Raises WrongRequestError."""
    if len(body) > MOST_BYTES:
        raise WrongRequestError(413, "too-large", "the request is too large")
    if b"\\u0000" in body:
        raise WrongRequestError(400, "garbage", "no text may contain NUL, which not every database can keep")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise WrongRequestError(400, "garbage", "the request can't be read") from None
