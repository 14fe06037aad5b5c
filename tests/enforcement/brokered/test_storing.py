from __future__ import annotations

import pytest

from limen.enforcement.brokered.storing import LONGEST, fit_secret
from limen.errors import LimenError


@pytest.mark.parametrize("text", ["", "   ", "a\nb", "a\x00b", "x" * (LONGEST + 1)])
def test_what_can_be_no_secret_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(LimenError) as refused:
        fit_secret(text)
    assert not text.strip() or text.strip() not in str(refused.value)


def test_blanks_around_it_are_left_out() -> None:
    assert fit_secret("  s3cret \n") == "s3cret"
