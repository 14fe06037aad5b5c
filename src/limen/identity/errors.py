"""What can go wrong between a person and their proof. None of these ever says whether a person exists."""

from __future__ import annotations

from limen.clock import Instant, Milliseconds
from limen.errors import LimenError
from limen.policy.decision import UNAVAILABLE, Decision


class IdentityError(LimenError):
    """The family of this folder."""


class SignInFailedError(IdentityError):
    """The proof did not hold. It never says which part, nor whether the email address is known."""

    def __init__(self) -> None:
        super().__init__("That didn't match", "check what you typed, or use your passkey")


class SlowedError(IdentityError):
    """Too many guesses: nothing was looked at. `retry_after_ms` says when the next try is looked at."""

    def __init__(self, retry_after_ms: Milliseconds) -> None:
        length = f"{-(-retry_after_ms // 1000)} s"
        super().__init__("There were too many wrong tries", "try again in {length}, or use a passkey", length=length)
        self.retry_after_ms = retry_after_ms


class BusyError(IdentityError):
    """More passwords wait to be checked than may wait. Nothing was looked at."""

    def __init__(self) -> None:
        super().__init__("Many people are signing in right now", "try again in a moment")
        self.retry_after_ms: Milliseconds = 2_000


class NotPermittedError(IdentityError):
    """The proof held, and policy does not let this person sign in like this. `decision` says why."""

    def __init__(self, decision: Decision) -> None:
        super().__init__("You aren't allowed to sign in this way", "see the reasons for the decision")
        self.decision = decision


class IssuerAccountUnknownError(IdentityError):
    """Nobody is linked to this account of an issuer; it does not say whether somebody has its address."""

    def __init__(self) -> None:
        super().__init__(
            "This account isn't linked to anyone here",
            "sign in as you usually do here, then link it under Passkeys; without an account, ask your administrator",
        )


class IssuerAccountTakenError(IdentityError):
    """Somebody else is linked to this account of an issuer."""

    def __init__(self) -> None:
        super().__init__("This account is already linked to someone else", "use your own account there")


class UndecidedError(IdentityError):
    """The proof held, and Limen can't decide at this moment whether this person may sign in."""

    def __init__(self) -> None:
        super().__init__("Limen can't check access at the moment", "try again in a moment")


def not_permitted(decision: Decision) -> IdentityError:
    """Why nobody is signed in though their proof held."""
    is_undecided = any(reason.policy in UNAVAILABLE for reason in decision.reasons)
    return UndecidedError() if is_undecided else NotPermittedError(decision)


class LinkRefusedError(IdentityError):
    """The one-time link is unknown, used, revoked or too old; it does not say which."""

    def __init__(self) -> None:
        super().__init__("This link no longer works", "ask for a new one")


class NotYetError(IdentityError):
    """The link is good, and whose it is can set up how they sign in from `begins_at` on."""

    def __init__(self, begins_at: Instant) -> None:
        super().__init__("You can't set up your access yet", "keep this link, and open it the day before you start")
        self.begins_at = begins_at


class RecoveryRefusedError(IdentityError):
    """A recovery code was not taken; it does not say whether the address, the code or both were wrong."""

    def __init__(self) -> None:
        super().__init__("That didn't match", "check the address and the code; each code works once")


class CeremonyRefusedError(IdentityError):
    """A passkey could not be enrolled."""

    def __init__(self) -> None:
        super().__init__("The passkey was not accepted", "reload the page and try again")


class FreshProofNeededError(IdentityError):
    """What is asked needs a newer or stronger proof than the session has. `strength` is how strong."""

    def __init__(self, strength: int) -> None:
        super().__init__("You need to confirm it's you for this", "confirm it, then try again")
        self.strength = strength


class NotLiveError(IdentityError):
    """The session is not a live one of the sign-in host."""

    def __init__(self) -> None:
        super().__init__("You are no longer signed in", "sign in again")


class OpensConsoleOnlyError(IdentityError):
    """A break-glass session asked for what is its person's own; it stands in for nobody outside of the console."""

    def __init__(self) -> None:
        super().__init__("Break-glass gives access to the console only", "sign in as yourself to do this")


class LastFactorError(IdentityError):
    """Without this factor the person could not sign in at all."""

    def __init__(self) -> None:
        super().__init__("This is the only remaining way to sign in", "add another one first")


class LastAdministratorError(IdentityError):
    """Without this person nobody could administer Limen."""

    def __init__(self) -> None:
        super().__init__("This is the last active administrator", "make someone else an administrator first")


class NobodyCouldAdministerError(IdentityError):
    """As the policies in force stand, nobody who is left could administer Limen. `why` is what keeps them out."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"Nobody would be able to administer Limen: {why}",
            "first make someone an administrator who can meet the policies' requirements",
        )


class UnfitError(IdentityError):
    """A name, address, password or code that can't be taken. `field` names which."""

    def __init__(self, field: str, what: str, fix: str, **values: object) -> None:
        super().__init__(what, fix, **values)
        self.field = field


class RelyingPartyChangedError(IdentityError):
    """The sign-in host is another one than passkeys were enrolled for; none of them would work."""

    def __init__(self, before: str, now: str) -> None:
        super().__init__(
            f"Passkeys were enrolled for {before}, but `url` in limen.toml is now {now}",
            f"set `url` back to {before}; passkeys only work on the host they were created for",
        )


class UnknownError(IdentityError):
    """No such person, link, session or factor; only said to those who may know."""

    def __init__(self, noun: str) -> None:
        super().__init__(f"There is no such {noun}", "reload the page")
