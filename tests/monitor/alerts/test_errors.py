from __future__ import annotations

from limen.monitor.alerts import errors


def test_each_says_what_to_do() -> None:
    for error in (errors.UnknownAlertError(), errors.OwnAlertError(), errors.SuppressionError("too much", "less")):
        assert isinstance(error, errors.AlertError)
        assert error.fix
