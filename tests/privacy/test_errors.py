from __future__ import annotations

import pytest

from limen.privacy.errors import NobodyError, OneselfError, PrivacyError, ReasonError, StillHereError


@pytest.mark.parametrize("wrong", [NobodyError("x" * 500), StillHereError(), OneselfError(), ReasonError()])
def test_each_says_what_is_wrong_and_what_to_do_in_a_line(wrong: PrivacyError) -> None:
    assert wrong.what
    assert wrong.fix
    assert len(str(wrong)) < 250
