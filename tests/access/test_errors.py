"""What is wrong, said with what to do about it."""

from __future__ import annotations

import inspect

from limen.access import errors
from limen.access.errors import AccessError, DecidedError


def test_each_says_what_to_do_and_is_one_family() -> None:
    every = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, AccessError)]
    assert len(every) >= 10
    for one in every:
        if not inspect.signature(one).parameters:
            assert one().fix
    assert (DecidedError("refused").state, "refused" in DecidedError("refused").what) == ("refused", True)
