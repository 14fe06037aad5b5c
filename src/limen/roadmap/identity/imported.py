"""Sign-ins at other providers (Entra ID, Okta), as their logs tell of them: those that were weak, and at which apps.

Each provider stands for itself: what the log of one says tells nothing of another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from limen.clock import DAY, Instant, Milliseconds
from limen.errors import LimenError
from limen.monitor.search.answer import Found
from limen.monitor.search.query import All, AnyOf, Column, Condition, Contains, Equals, Not
from limen.roadmap.identity.providers import LOGGED, TOLD_BY, name_of, no_log

WINDOW: Final[Milliseconds] = 30 * DAY
SILENT_AFTER: Final[Milliseconds] = 7 * DAY
"""A log of sign-ins that is sent, and has none for a week, has stopped: people sign in on every day they work."""
LEGACY: Final = frozenset(
    (
        "imap4",
        "imap",
        "pop3",
        "pop",
        "smtp",
        "authenticated smtp",
        "autodiscover",
        "exchange activesync",
        "exchange online powershell",
        "exchange web services",
        "mapi over http",
        "offline address book",
        "other clients",
        "other clients; imap",
        "other clients; pop",
        "other clients; smtp",
        "outlook anywhere (rpc over http)",
        "reporting web services",
    )
)
"""What Entra ID calls clients that know no second factor (`clientAppUsed`)."""
_SIGN_IN, _STARTED, _SUCCESS, _TWO_FACTORS = 3002, 1, 1, 2
_BY_TEXT: Final = "text message"
MOST: Final = 2_000
"""So many weak sign-ins are listed one by one; all are counted."""
_BY_APP: Final = ("product", "app")


class Look(Protocol):
    """Looks for events that fit, from one instant to another: so many of the newest, and how many there are in each
    group that is alike in some columns. Raises LimenError.
    """

    def __call__(
        self, condition: Condition, since: Instant, until: Instant, *, rows: int = 0, groups: tuple[str, ...] = ()
    ) -> Found: ...


@dataclass(frozen=True, slots=True)
class WeakSignIn:
    """`person_id` is whose it was ("": nobody known), `user` what the provider calls them; `why` it was weak."""

    id: str
    user: str
    person_id: str
    app: str
    why: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What is known of one provider: `total` sign-ins succeeded in the last 30 days, of which `weak_total` were weak,
    and `weak` are the newest of those. `apps` are where people signed in ("": it does not say), each with how many
    sign-ins were weak. `missing` says what is silent ("": nothing is).
    """

    provider: str
    total: int = 0
    weak_total: int = 0
    weak: tuple[WeakSignIn, ...] = ()
    apps: Mapping[str, int] = field(default_factory=dict)
    missing: str = ""

    @property
    def name(self) -> str:
        """How people call it."""
        return name_of(self.provider) if self.provider else "other providers"


def imported(
    look: Look, now: Instant, declared: Sequence[str], connected: Mapping[str, Instant]
) -> tuple[Imported, ...]:
    """Of each provider that is declared, or of which anything is on record. It asks the store of events, which takes
    seconds. `connected` are the providers whose log is connected now, with when Limen last asked for it and got it (0:
    it is sent).
    """
    try:
        known = (*declared, *(one for one in _on_record(look, now) if one not in declared))
        told = _Told.by(look, now) if any(one in LOGGED for one in known) else _Told()
    except LimenError as error:
        silent = f"The imported sign-ins could not be searched ({error.what}): {error.fix}"
        return tuple(Imported(one, missing=silent) for one in declared or ("",))
    return tuple(told.of(one, now, connected.get(one)) for one in known)


def _on_record(look: Look, now: Instant) -> list[str]:
    """Every provider that any event tells of, however old."""
    every = _whole(look(Equals(Column("product"), tuple(TOLD_BY)), 0, now + 1, groups=("product",)))
    return sorted({TOLD_BY[one.values[0].casefold()] for one in every.groups})


@dataclass(frozen=True, slots=True)
class _Told:
    """What the store says of all providers together."""

    every: Found = field(default_factory=Found)
    weak: Found = field(default_factory=Found)

    @classmethod
    def by(cls, look: Look, now: Instant) -> _Told:
        succeeded = All(
            (
                Equals(Column("class_uid"), (_SIGN_IN,)),
                Equals(Column("activity_id"), (_STARTED,)),
                Equals(Column("status_id"), (_SUCCESS,)),
                Equals(Column("product"), tuple(LOGGED)),
            )
        )
        strong = All((Equals(Column("mfa"), (_TWO_FACTORS,)), Not(AnyOf(_ways_without()))))
        weak = All((succeeded, Not(strong)))
        return cls(
            _whole(look(succeeded, now - WINDOW, now + 1, groups=_BY_APP)),
            _whole(look(weak, now - WINDOW, now + 1, rows=MOST, groups=_BY_APP)),
        )

    def of(self, provider: str, now: Instant, asked_at: Instant | None) -> Imported:
        if provider not in LOGGED or asked_at is None:
            return Imported(provider, missing=no_log(provider))
        every = [one for one in self.every.groups if _is_of(one.values[0], provider)]
        heard_at = max((asked_at, *(one.last_at for one in every)))
        if now - heard_at > SILENT_AFTER:
            said = f"The sign-in log of {name_of(provider)} fell silent: see under Sources (monitor.yaml) what it lacks"
            return Imported(provider, missing=said)
        if not every:
            said = f"Nobody signed in at {name_of(provider)} within 30 days: sign in there once, so that its log has it"
            return Imported(provider, missing=said)
        weak = [one for one in self.weak.groups if _is_of(one.values[0], provider)]
        apps = dict.fromkeys((one.values[1] for one in every), 0)
        for one in weak:
            apps[one.values[1]] = apps.get(one.values[1], 0) + one.count
        return Imported(
            provider,
            sum(one.count for one in every),
            sum(one.count for one in weak),
            tuple(_weak(row) for row in self.weak.rows if _is_of(_text(row, "product"), provider)),
            apps,
        )


def _whole(found: Found) -> Found:
    """The answer, which has to be of all that was asked for. Raises LimenError."""
    if silent := found.missing or found.wrong:
        raise LimenError(silent, found.fix or "`limen doctor` looks at the store of events")
    if found.are_groups_cut:
        raise LimenError("they are at too many apps to be counted", "look under Search what fills the field `app`")
    return found


def _is_of(product: str, provider: str) -> bool:
    return product.casefold() == provider


def _ways_without() -> tuple[Condition, ...]:
    """A legacy protocol, or a text message as the second factor."""
    return Equals(Column("operation"), tuple(sorted(LEGACY))), Contains(Column("raw"), _BY_TEXT)


def _weak(row: dict[str, Any]) -> WeakSignIn:
    return WeakSignIn(_text(row, "uid"), _text(row, "user"), _text(row, "person_id"), _text(row, "app"), why_weak(row))


def why_weak(row: dict[str, Any]) -> str:
    """What was weak about a sign-in, as columns of the normal form tell it."""
    if _text(row, "operation").casefold() in LEGACY:
        return f"by {_text(row, 'operation')}, which knows no second factor"
    if _BY_TEXT in _text(row, "raw").casefold():
        return "with a text message"
    return "with one factor" if row.get("mfa") == 1 else "the provider does not say with how many factors"


def _text(row: dict[str, Any], column: str) -> str:
    return str(row.get(column) or "")
