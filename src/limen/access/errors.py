"""What is wrong with a request for access, or with deciding one."""

from __future__ import annotations

from limen.errors import LimenError


class AccessError(LimenError):
    """Something about requests or grants that a person can mend."""


class NoRuleError(AccessError):
    """No rule lets this person ask for this."""

    def __init__(self) -> None:
        super().__init__("this can't be asked for", "ask whoever owns the app, or an administrator")


class TooManyError(AccessError):
    """Somebody asks too much, or too often."""


class NobodyError(AccessError):
    """Nobody could approve it."""

    def __init__(self) -> None:
        super().__init__("there is nobody who could approve this", "tell an administrator: access.yaml names too few")


class UnknownRequestError(AccessError):
    def __init__(self) -> None:
        super().__init__("there is no such request", "`limen request list` shows those there are")


class UnknownGrantError(AccessError):
    def __init__(self) -> None:
        super().__init__("there is no such grant", "`limen grant list` shows those there are")


class DecidedError(AccessError):
    """A request is not open any more. `state` says what became of it."""

    def __init__(self, state: str) -> None:
        super().__init__("this request is {state} already", "look at it again", state=state)
        self.state = state


class NotYoursError(AccessError):
    """It is not this person who may do that."""

    def __init__(self) -> None:
        super().__init__("you can't decide this", "whoever could approve it when it was asked for can")


class SamePersonError(AccessError):
    """Whoever approves seems to be who asks."""

    def __init__(self) -> None:
        super().__init__("nobody approves what they asked for", "somebody else has to, on a device of their own")


class StaleProofError(AccessError):
    """No passkey was used just now."""

    def __init__(self) -> None:
        super().__init__("this needs a passkey used just now", "confirm it's you, and try again")


class UsedUpError(AccessError):
    """They have had it for as long as it may be had in one go."""

    def __init__(self) -> None:
        super().__init__("you have had this for as long as the rule allows", "ask again after the pause it demands")
