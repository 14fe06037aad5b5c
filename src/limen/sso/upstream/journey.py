"""Why somebody is sent to an upstream issuer, and what they come back with."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from limen.errors import LimenError
from limen.facts import Vouched


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
