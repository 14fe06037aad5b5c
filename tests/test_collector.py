from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from limen.collector import held_off


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    yield
    gc.enable()


def test_nothing_is_collected_inside_and_it_goes_on_afterwards() -> None:
    with held_off():
        assert not gc.isenabled()
        with held_off():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_an_error() -> None:
    with pytest.raises(KeyError), held_off():
        raise KeyError
    assert gc.isenabled()


def test_who_runs_without_it_keeps_running_without_it() -> None:
    gc.disable()
    with held_off():
        pass
    assert not gc.isenabled()
