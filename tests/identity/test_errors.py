"""What goes wrong says what to do, and never who exists."""

from __future__ import annotations

from limen.errors import LimenError
from limen.identity import errors


def test_a_failed_sign_in_says_the_same_for_every_cause() -> None:
    assert str(errors.SignInFailedError()) == str(errors.SignInFailedError())
    assert "exist" not in str(errors.SignInFailedError())


def test_a_slowed_try_says_how_long_in_whole_seconds_rounded_up() -> None:
    slowed = errors.SlowedError(1_001)
    assert "2 s" in str(slowed)
    assert slowed.retry_after_ms == 1_001


def test_every_error_of_the_folder_is_one_family_with_a_fix() -> None:
    family = [
        errors.SignInFailedError(),
        errors.SlowedError(5),
        errors.BusyError(),
        errors.UndecidedError(),
        errors.LinkRefusedError(),
        errors.CeremonyRefusedError(),
        errors.FreshProofNeededError(3),
        errors.NotLiveError(),
        errors.LastFactorError(),
        errors.LastAdministratorError(),
        errors.NobodyCouldAdministerError("nobody has a passkey"),
        errors.OpensConsoleOnlyError(),
        errors.UnfitError("name", "It is empty", "type one"),
        errors.UnknownError("link"),
        errors.RelyingPartyChangedError("a", "b"),
    ]
    for error in family:
        assert isinstance(error, errors.IdentityError)
        assert isinstance(error, LimenError)
        assert error.what
        assert error.fix
