"""What can't be done with a person's data, and what to do instead."""

from __future__ import annotations

from limen.errors import LimenError


class PrivacyError(LimenError):
    """Any error of erasing, exporting or describing personal data."""


class NobodyError(PrivacyError):
    """There is no such person, or not any more."""

    def __init__(self, named: str) -> None:
        super().__init__(
            f"there is nobody called {named[:80]}", "give an email address or ID; `limen people` lists them"
        )


class StillHereError(PrivacyError):
    """The person still has access, and the request did not say that erasing ends it."""

    def __init__(self) -> None:
        super().__init__(
            "this person still has access", "deactivate them first, or confirm that erasing deactivates them"
        )


class OneselfError(PrivacyError):
    """Somebody asked to erase themselves; a second person has to do it."""

    def __init__(self) -> None:
        super().__init__("you can't erase yourself", "ask another administrator")


class ReasonError(PrivacyError):
    """Erasing needs a reason that can be read later."""

    def __init__(self) -> None:
        super().__init__(
            "the reason is missing, too long or contains invalid characters",
            "give a reason of up to 300 characters, without names",
        )
