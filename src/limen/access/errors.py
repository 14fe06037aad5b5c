"""What is wrong with a request for access, or with deciding one."""

from __future__ import annotations

from limen.errors import LimenError


class AccessError(LimenError):
    """Something about requests or grants that a person can mend."""


class NoRuleError(AccessError):
    """No rule lets this person ask for this."""

    def __init__(self) -> None:
        super().__init__("This can't be requested", "ask the owner of the app, or an administrator")


class TooManyError(AccessError):
    """Somebody asks too much, or too often."""


class HastyError(TooManyError):
    """Somebody decides about too many requests within a minute, or tries to."""

    def __init__(self) -> None:
        super().__init__("You have decided about too many requests in a minute", "wait a minute, and try again")


class NobodyError(AccessError):
    """Nobody could approve it."""

    def __init__(self) -> None:
        super().__init__("Nobody could approve this", "tell an administrator that access.yaml names too few people")


class UnknownRequestError(AccessError):
    def __init__(self) -> None:
        super().__init__("There is no such request", "`limen request list` shows those there are")


class UnknownGrantError(AccessError):
    def __init__(self) -> None:
        super().__init__("There is no such grant", "`limen grant list` shows those there are")


class DecidedError(AccessError):
    """A request is not open any more. `state` says what became of it."""

    def __init__(self, state: str) -> None:
        super().__init__("This request has been decided already: {state}", "reload the page", state=state)
        self.state = state


class NotYoursError(AccessError):
    """It is not this person who may do that."""

    def __init__(self) -> None:
        super().__init__("You can't decide this", "those who could approve it when it was requested can")


class SamePersonError(AccessError):
    """Whoever approves seems to be who asks."""

    def __init__(self) -> None:
        super().__init__("Nobody approves what they asked for", "someone else has to, on a device of their own")


class ChangedError(AccessError):
    """A flow that is asked for would be another by now."""

    def __init__(self) -> None:
        super().__init__("The network has changed: this would open something else by now", "have it requested again")


class StaleProofError(AccessError):
    """No passkey was used just now."""

    def __init__(self) -> None:
        super().__init__("This requires a recently used passkey", "confirm it's you, and try again")


class BorrowedPasskeyError(AccessError):
    """The passkey may have been added by somebody else: with a link that whoever asks issued, or one of today's."""

    def __init__(self) -> None:
        super().__init__(
            "This passkey can't approve this: it was added by means of a link",
            "use a passkey that you had before, wait 24 hours, or leave it to someone else",
        )


class UsedUpError(AccessError):
    """They have had it for as long as it may be had in one go."""

    def __init__(self) -> None:
        super().__init__("You have had this for as long as the rule allows", "ask again after a pause")
