"""What happens when people ask for apps and sign in: requests, sign-ins, sessions."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from limen.events.headings import DECISIONS, FAILURES, OPENED, REFUSALS, REQUESTS, SESSIONS, SIGN_INS, SIGNING_IN
from limen.events.kind import AUTHENTICATION, HTTP, Kind, Owner, Topic

_DECISION = Topic(
    REQUESTS, Owner.PERSON, "Requests to apps, and how they were answered", "A request to an app", (REFUSALS, DECISIONS)
)
_REFUSED = Topic(
    REQUESTS,
    Owner.PERSON,
    "Requests that Limen rejected or modified",
    "A request that Limen rejected or modified",
)
_UPSTREAM = Topic(REQUESTS, Owner.PERSON, "Apps that did not answer you", "An app did not answer you")
_STREAM = Topic(REQUESTS, Owner.PERSON, "Connections that were closed", "A connection was closed", (SESSIONS,))
_SIGN_IN = Topic(SIGNING_IN, Owner.PERSON, "Sign-ins", filters=(SIGN_INS,))
_STEP_UP = replace(_SIGN_IN, plural="Identity confirmations")
_SESSION = Topic(SIGNING_IN, Owner.PERSON, "Your sessions", "Your session", (SESSIONS,))
_ALL_SESSIONS = replace(_SESSION, singular="Your sessions")
_ENDED = {"": "A session was ended"}
_ALL_ENDED = {"": "All sessions were ended"}

ACCESS_KINDS: Final = (
    Kind(
        "decision", "A request was decided", _DECISION, HTTP, 99, app_filters=(REFUSALS, DECISIONS), by_strangers=True
    ),
    Kind(
        "request.refused",
        "A request was refused before a decision",
        _REFUSED,
        HTTP,
        99,
        app_filters=(FAILURES,),
        by_strangers=True,
    ),
    Kind(
        "request.cross_site",
        "Another site sent a request that changes something",
        _REFUSED,
        HTTP,
        99,
        app_filters=(FAILURES,),
        shown=("detail",),
    ),
    Kind("upstream.failed", "An app did not answer", _UPSTREAM, HTTP, 99, app_filters=(FAILURES,), by_strangers=True),
    Kind(
        "request.stripped", "A request carried headers that only Limen may set", _REFUSED, HTTP, 99, by_strangers=True
    ),
    Kind(
        "stream.cut",
        "A connection was closed: its session or facts changed",
        _STREAM,
        HTTP,
        99,
        app_filters=(FAILURES,),
        by_strangers=True,
    ),
    Kind("sign_in.succeeded", "Signed in", _SIGN_IN, AUTHENTICATION, 1, acknowledged=True),
    Kind("sign_in.failed", "Sign-in failed", _SIGN_IN, AUTHENTICATION, 1, by_strangers=True),
    Kind("sign_in.slowed", "Sign-in slowed: too many attempts", _SIGN_IN, AUTHENTICATION, 1, by_strangers=True),
    Kind("session.app_opened", "An app session was opened", _SESSION, AUTHENTICATION, 1, app_filters=(OPENED,)),
    Kind(
        "session.hand_over_refused", "A sign-in to an app was refused", _SESSION, AUTHENTICATION, 1, by_strangers=True
    ),
    Kind(
        "session.revoked",
        "A session was ended",
        _SESSION,
        AUTHENTICATION,
        2,
        shown=("why",),
        told=_ENDED,
        acknowledged=True,
    ),
    Kind(
        "sessions.revoked",
        "All sessions were ended",
        _ALL_SESSIONS,
        AUTHENTICATION,
        2,
        shown=("why", "scope"),
        told=_ALL_ENDED,
        acknowledged=True,
    ),
    Kind("step_up.succeeded", "Identity confirmed", _STEP_UP, AUTHENTICATION, 1, acknowledged=True),
)
