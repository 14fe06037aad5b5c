from __future__ import annotations

from limen.monitor.response import errors


def test_each_says_what_to_do() -> None:
    for error in (errors.NothingToDoError(), errors.UnknownResponseError(), errors.LocksOutError()):
        assert isinstance(error, errors.ResponseError)
        assert error.fix
