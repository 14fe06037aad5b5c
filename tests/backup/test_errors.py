from __future__ import annotations

import pytest

from limen.backup import errors
from limen.errors import LimenError


@pytest.mark.parametrize("name", ["BackupBusyError", "BackupUnfitError", "NotEmptyError", "RehearsalFailedError"])
def test_each_is_a_backup_error_with_its_fix(name: str) -> None:
    error = getattr(errors, name)("what", "fix")
    assert isinstance(error, errors.BackupError)
    assert isinstance(error, LimenError)
    assert str(error) == "what; fix"
