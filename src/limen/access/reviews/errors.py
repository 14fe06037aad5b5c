"""What is wrong with a review, or with what is done to one."""

from __future__ import annotations

from limen.access.errors import AccessError


class UnknownReviewError(AccessError):
    def __init__(self) -> None:
        super().__init__("there is no such review", "`limen review list` shows those there are")


class NothingToReviewError(AccessError):
    """By the rule nobody has access to anything."""

    def __init__(self) -> None:
        super().__init__("there is nothing to review by this rule", "look at its apps, groups and people")


class TooManyRowsError(AccessError):
    """A review would be too large for people."""

    def __init__(self, most: int) -> None:
        super().__init__("this review would have more than {most} rows", "name fewer apps in its rule", most=most)


class NotDoneError(AccessError):
    """Rows are open, so it can't be closed before its time."""

    def __init__(self) -> None:
        super().__init__("not everything is decided", "a review with open rows closes when its time is over")


class EvidenceError(AccessError):
    """A file is no evidence of a review, or not as it was signed."""
