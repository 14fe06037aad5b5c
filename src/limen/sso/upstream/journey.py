"""Why somebody is sent to an upstream issuer, and what they come back with, whatever protocol the issuer speaks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from limen.clock import Instant
from limen.errors import LimenError
from limen.facts import Issuer, Vouched
from limen.sso.upstream.kept_documents import Health


class Intent(StrEnum):
    """What somebody was sent away for."""

    SIGN_IN = "sign-in"
    STEP_UP = "step-up"
    LINK = "link"
    ENROL = "enrol"


class ReturnRefusedError(LimenError):
    """What came back from an issuer counts for nothing. `word` says why, for the journal: a word of ours.

    `was_declined`: the person said no there, or the issuer did.
    """

    def __init__(self, word: str, *, was_declined: bool = False) -> None:
        super().__init__("This sign-in didn't work", "start again, or sign in another way")
        self.word = word
        self.was_declined = was_declined


@dataclass(frozen=True, slots=True)
class Journey:
    """For what somebody is sent away, and where to they go on. `session` is the one that began it ("" for none).

    `is_anew`: they must prove it now, whatever session they have there. `hint` is an address to offer there, `token`
    the secret of the one-time link that they came with; it stays here.
    """

    intent: Intent = Intent.SIGN_IN
    to: str = "/"
    session: str = ""
    is_anew: bool = False
    hint: str = ""
    token: str = field(default="", repr=False)

    @property
    def asks_who_it_is(self) -> bool:
        """Whether they are asked there, also where their browser is signed in."""
        return self.is_anew or self.intent in {Intent.LINK, Intent.ENROL}


@dataclass(frozen=True, slots=True)
class Returned:
    """Somebody who came back with a proof that holds."""

    vouched: Vouched
    journey: Journey


# What a protocol does of it


@dataclass(frozen=True, slots=True)
class Leaving:
    """How somebody is sent away: what is `kept` until they are back, and the address, which is made with the state."""

    kept: Mapping[str, str] = field(repr=False)
    url: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an issuer answered by a browser: the parameters that it came with, and what was `kept` when they left.

    `admit` is called before anything that costs; it raises ReturnRefusedError for who asks too fast.
    """

    said: Mapping[str, str] = field(repr=False)
    kept: Mapping[str, str] = field(repr=False)
    admit: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Proved:
    """What an issuer says of somebody, after it was verified, in the words of no protocol.

    `methods` and `context` are how it was proved, `at` when (0: it does not say), `issued_at` when the issuer said so.
    `qualifiers` are as in `Vouched`. `email` is one that the issuer vouches for. `claims` is everything that it says,
    each as texts.
    """

    subject: str
    methods: Collection[str] = ()
    context: str = ""
    at: Instant = 0
    issued_at: Instant = 0
    sid: str = ""
    qualifiers: str = ""
    email: str = ""
    name: str = ""
    claims: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SessionThere:
    """A sign-in at an issuer, by its own names for the person and the session ("" where it gave none)."""

    subject: str = ""
    sid: str = ""
    qualifiers: str = ""


class Upstream(Protocol):
    """One issuer, spoken to by its protocol."""

    @property
    def issuer(self) -> Issuer: ...
    @property
    def health(self) -> Health: ...
    @property
    def key_names(self) -> tuple[str, ...]:
        """What its keys are called, as far as they were read."""

    async def leave(self, journey: Journey) -> Leaving:
        """Raises IssuerError."""

    async def arrived(self, answer: Answer) -> Proved:
        """What this answer proves. Raises ReturnRefusedError, IssuerError."""

    async def sign_out_url(self, there: SessionThere) -> str:
        """Where to go to sign out there, too; "" where it has no such place, or can't be told who it is. Raises
        IssuerError.
        """

    async def close(self) -> None: ...
