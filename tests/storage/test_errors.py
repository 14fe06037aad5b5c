from __future__ import annotations

import inspect

import pytest

from limen.errors import LimenError
from limen.storage import errors

FAMILY = [each for _, each in inspect.getmembers(errors, inspect.isclass) if each.__module__ == errors.__name__]


SAYS_ITSELF = {
    errors.ChainTakenError: ("main",),
    errors.DatabaseBusyError: (),
    errors.DatabaseFullError: (),
    errors.DatabaseGoneError: (),
    errors.DatabaseReadOnlyError: (),
    errors.DatabaseTakenError: (),
}
"""There is only one thing to say of these, with what they are made of."""


@pytest.mark.parametrize("kind", FAMILY)
def test_every_error_is_one_of_storages_and_says_what_and_what_to_do(kind: type[errors.StorageError]) -> None:
    raised = kind(*SAYS_ITSELF.get(kind, ("the disk is full", "free up space")))
    assert isinstance(raised, errors.StorageError)
    assert isinstance(raised, LimenError)
    assert raised.what
    assert raised.fix
    assert str(raised) == f"{raised.what}; {raised.fix}"
