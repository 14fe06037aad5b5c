"""What is common to pages on which a file is edited; the pages: tests/web/network and tests/web/data."""

from __future__ import annotations

import pytest

from limen.company.load import FolderError
from limen.configuration.problem import Problem
from limen.errors import LimenError
from limen.web.console.edited_file import MOST_TEXT, bounded, problems_of


def test_a_text_that_is_too_long_is_refused() -> None:
    assert len(bounded("#" * MOST_TEXT)) == MOST_TEXT
    with pytest.raises(LimenError):
        bounded("#" * (MOST_TEXT + 1))


def test_whatever_went_wrong_is_a_problem() -> None:
    problem = Problem("data.yaml", 3, 1, "what", "fix")
    assert problems_of(None) == ()
    assert problems_of(FolderError((problem,))) == (problem,)
    assert [(one.what, one.fix, one.line) for one in problems_of(LimenError("what", "fix"))] == [("what", "fix", 0)]
