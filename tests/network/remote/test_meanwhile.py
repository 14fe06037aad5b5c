"""What one run told, and what others changed meanwhile; with whole clouds see test_azure.py and test_gcp.py."""

from __future__ import annotations

import pytest

from limen.connectors.vendor_client import VendorError
from limen.errors import LimenError
from limen.network.remote.meanwhile import Meanwhile


def test_a_later_run_may_put_everything_back() -> None:
    assert Meanwhile().may_go_back("web", ["whatever"])


def test_what_was_told_goes_back_as_it_was_meant_and_as_it_was_read() -> None:
    run = Meanwhile()
    run.tells("web", ["a"])
    assert run.may_go_back("web", ["a"])
    run.told("web", ["A"])
    assert run.may_go_back("web", ["A"])
    assert not run.may_go_back("web", ["other"])
    assert not run.may_go_back("app", ["a"])
    run.refuse_changed("web", ["A"])
    with pytest.raises(VendorError):
        run.refuse_changed("web", ["other"])
    with pytest.raises(LimenError):
        run.refuse_lost(["web", "app"])


def test_what_was_found_changed_is_theirs() -> None:
    run = Meanwhile()
    run.tells("web", None)
    run.found_changed("web")
    assert not run.may_go_back("web", None)
    assert not run.may_go_back("app", None)
    run.refuse_lost(["web", "app"])
