"""What can't be done about an alert."""

from __future__ import annotations

from limen.errors import LimenError


class ResponseError(LimenError):
    """Something can't be done, or can't be taken back."""


class NothingToDoError(ResponseError):
    def __init__(self) -> None:
        super().__init__("there is nothing to do: it is so already, or nobody is there", "look at the case again")


class UnknownResponseError(ResponseError):
    def __init__(self) -> None:
        super().__init__("nothing of this kind was done, or it is over", "look at the case again")


class LocksOutError(ResponseError):
    """Nobody could administer Limen afterwards."""

    def __init__(self) -> None:
        super().__init__("nobody could administer Limen afterwards", "give somebody else the role first")
