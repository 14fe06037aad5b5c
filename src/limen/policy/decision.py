"""The answer: a value with its reasons, its remedies, and the instant at which time alone would change it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, Protocol, TypeAlias

import msgspec

from limen.clock import Instant
from limen.facts import Facts


class Effect(StrEnum):
    """permit · challenge (the browser can turn it at once) · deny (with what would turn it, where anything would)."""

    PERMIT = "permit"
    CHALLENGE = "challenge"
    DENY = "deny"


class Named(StrEnum):
    """Reasons that no policy gives: Limen itself refuses, and says so by name."""

    NOTHING_PERMITS = "nothing-permits"
    NOT_SIGNED_IN = "not-signed-in"
    SESSION_ENDED = "session-ended"
    SESSION_REVOKED = "session-revoked"
    SESSION_OF_ANOTHER_APP = "session-of-another-app"
    PERSON_INACTIVE = "person-inactive"
    FACTOR_MISSING = "factor-missing"
    NOT_STARTED = "not-started"
    POLICY_ERROR = "policy-error"
    LEASE_EXPIRED = "lease-expired"
    JOURNAL_UNWRITABLE = "journal-unwritable"
    DISK_FULL = "disk-full"
    UNKNOWN_HOST = "unknown-host"
    BAD_REQUEST = "bad-request"
    PUBLIC_ROUTE = "public-route"
    CORS_PREFLIGHT = "cors-preflight"
    CROSS_SITE = "cross-site"
    SESSION_UNKNOWN = "session-unknown"
    DUPLICATE_COOKIE = "duplicate-cookie"
    BREAK_GLASS = "break-glass"
    ONBOARDING = "onboarding"
    TOKEN_UNKNOWN = "token-unknown"  # noqa: S105 -- the name of a reason
    TOKEN_EXPIRED = "token-expired"  # noqa: S105 -- the name of a reason
    TOKEN_REVOKED = "token-revoked"  # noqa: S105 -- the name of a reason
    TOKEN_OUT_OF_SCOPE = "token-out-of-scope"  # noqa: S105 -- the name of a reason
    TOKEN_AND_SESSION = "token-and-session"  # noqa: S105 -- the name of a reason


UNAVAILABLE: Final = frozenset({Named.LEASE_EXPIRED, Named.JOURNAL_UNWRITABLE, Named.DISK_FULL, Named.POLICY_ERROR})
"""Reasons why Limen can't decide at this moment. They say nothing about whoever asked: nothing of theirs ends by it."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: an action on an app. The app itself is among the facts; method and route are for the record.

    `route` is the pattern that named the action, never the full path with its query.
    """

    action: str
    method: str = ""
    route: str = ""
    host: str = ""


class ReasonText(NamedTuple):
    """What an author wrote for people. `language` is "" where nobody said which it is in."""

    text: str
    language: str


NO_REASON: Final = ReasonText("", "")


@dataclass(frozen=True, slots=True)
class Reason:
    """Who spoke: a policy by its `@id`, or one of `Named`. `effect` is what it argued for: permit or forbid.

    `translations` are `text` in further languages, as (language, text).

    Where an app's onboarding lets somebody pass, that is the first reason, and what would have refused them follows.
    """

    policy: str
    effect: str
    title: str = ""
    text: str = ""
    translations: tuple[tuple[str, str], ...] = ()

    def in_language(self, language: str) -> ReasonText:
        """What its author wrote in this language, or else in whatever language `text` is in."""
        translated = dict(self.translations).get(language)
        return ReasonText(translated, language) if translated else ReasonText(self.text, "")


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change that turns the answer, by itself or together with the others of its set.

    `kind`: "sign_in" · "use_passkey" · "add_factor" · "sign_in_again" · "new_session" · "use_browser" ·
    "prove_device" · "enrol_device" · "mend_device" · "change_place" · "use_device" · "ask_for_grant" · "come_back".
    `strength` and `at` say how firmly or when, where that matters.
    `what` is the attribute of the device or the place that changes, and `to` its new value where it is a name.
    `at_once` is true where the browser in front of the person can do it now.
    """

    kind: str
    at_once: bool
    strength: int = 0
    at: int = 0
    what: str = ""
    to: str = ""


Remedies: TypeAlias = tuple[tuple[Remedy, ...], ...]
"""Alternatives, the cheapest first. All of one set together turn the answer; without any one of them it stays."""


class LaterAnswers(Protocol):
    """Whoever can tell what time will change, and what a person can: the engine that decided."""

    def valid_until(self, request: Request, facts: Facts, now: Instant) -> Instant | None: ...

    def unchanged_until(self, request: Request, facts: Facts, now: Instant) -> Instant | None: ...

    def remedies(self, request: Request, facts: Facts, now: Instant) -> Remedies: ...


class Decision(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One answer. Together with the policies of its `revision` it can be computed again anywhere.

    `at_once` are the remedies that the browser can do now; a challenge has some, all else has none. `watched` names the
    policies in state report-only that would have changed the answer (effect "forbid" or "permit"), or that could not be
    evaluated ("error"); they change nothing.
    """

    effect: Effect
    reasons: tuple[Reason, ...]
    at_once: tuple[Remedy, ...]
    watched: tuple[Reason, ...]
    request: Request
    facts: Facts
    now: Instant
    revision: str
    later: LaterAnswers | None = None

    @property
    def remedies(self) -> Remedies:
        """The smallest sets that turn a refusal, the cheapest first; none for a permit, or where nothing would.

        What the browser can do at once is all that a challenge names. The rest is looked for only when somebody asks:
        it costs a hundred times what deciding does.
        """
        if self.at_once or self.effect is not Effect.DENY or self.later is None:
            return tuple((one,) for one in self.at_once)
        return self.later.remedies(self.request, self.facts, self.now)

    @property
    def valid_until(self) -> Instant | None:
        """The next instant at which time alone would change `effect`; None if it never does.

        Computed when it is asked for: a plain request needs no future.
        """
        return None if self.later is None else self.later.valid_until(self.request, self.facts, self.now)

    @property
    def unchanged_until(self) -> Instant | None:
        """An instant before which time alone does not change `effect`; None if it never does.

        Never after `valid_until`, mostly before it, and at a hundredth of its cost: whatever stays open is decided
        again then. The instants that it names one after the other are the clock's own (a comparison's flip, a minute
        that a policy names, midnight), so that there are few of them.
        """
        return None if self.later is None else self.later.unchanged_until(self.request, self.facts, self.now)

    @property
    def is_permit(self) -> bool:
        return self.effect is Effect.PERMIT
