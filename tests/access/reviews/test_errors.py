from __future__ import annotations

from limen.access.errors import AccessError
from limen.access.reviews.errors import NotDoneError, NothingToReviewError, TooManyRowsError, UnknownReviewError


def test_each_is_one_of_access_and_says_what_to_do() -> None:
    for error in (UnknownReviewError(), NothingToReviewError(), NotDoneError(), TooManyRowsError(7)):
        assert isinstance(error, AccessError)
        assert error.fix
    assert "7" in str(TooManyRowsError(7))
