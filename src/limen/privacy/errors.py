"""What can't be done with a person's data, and what to do instead."""

from __future__ import annotations

from limen.errors import LimenError


class PrivacyError(LimenError):
    """The family of this folder."""


class NobodyError(PrivacyError):
    """There is no such person, or not any more."""

    def __init__(self, named: str) -> None:
        super().__init__(
            f"there is nobody called {named[:80]}", "name an e-mail address or an id; `limen people` lists"
        )


class StillHereError(PrivacyError):
    """Somebody who still has access is erased only when that is said as well."""

    def __init__(self) -> None:
        super().__init__("this person still has access", "let them go first, or say that erasing lets them go")


class OneselfError(PrivacyError):
    """Nobody erases themselves: a second person looks at it."""

    def __init__(self) -> None:
        super().__init__("nobody can erase themselves", "ask another administrator")


class ReasonError(PrivacyError):
    """Erasing is never done without a reason that can be read later."""

    def __init__(self) -> None:
        super().__init__(
            "the reason is missing, too long or can't be shown", "say why in up to 300 characters, no names"
        )
