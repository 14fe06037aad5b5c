"""One family, so that a caller can catch all of Cedar or one kind."""

from __future__ import annotations

import pytest

from limen.cedar import CedarError, DataError, EvaluationError, ParseError, TemplateError, TooDeepError


@pytest.mark.parametrize("kind", [DataError, EvaluationError, ParseError, TemplateError, TooDeepError])
def test_every_error_is_one_of_cedar(kind: type[Exception]) -> None:
    assert issubclass(kind, CedarError)


def test_what_is_not_a_policy_is_a_parse_error() -> None:
    assert issubclass(TemplateError, ParseError)
    assert issubclass(TooDeepError, ParseError)
