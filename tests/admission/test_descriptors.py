from __future__ import annotations

import resource

import pytest

from limen.admission.descriptors import raise_limit


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[int, int]]:
    held = {"limit": (1_024, 4_096)}
    monkeypatch.setattr(resource, "getrlimit", lambda _which: held["limit"])
    monkeypatch.setattr(resource, "setrlimit", lambda _which, limit: held.update(limit=limit))
    return held


def test_it_is_raised_as_far_as_it_may_be(system: dict[str, tuple[int, int]]) -> None:
    assert raise_limit(2_048) == 2_048
    assert system["limit"] == (2_048, 4_096)
    assert raise_limit() == 4_096
    system["limit"] = (1_024, resource.RLIM_INFINITY)
    assert raise_limit() == 65_536


def test_what_is_higher_stays(system: dict[str, tuple[int, int]]) -> None:
    system["limit"] = (100_000, 200_000)
    assert raise_limit() == 100_000
    system["limit"] = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    assert raise_limit() == 65_536


def test_whoever_may_not_have_more_goes_on(system: dict[str, tuple[int, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_which: int, _limit: tuple[int, int]) -> None:
        raise OSError("not permitted")

    monkeypatch.setattr(resource, "setrlimit", refused)
    assert raise_limit() == 1_024
    assert system["limit"] == (1_024, 4_096)


def test_where_the_system_refuses_what_its_hard_limit_allows_less_is_taken(
    system: dict[str, tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_most_10_240(_which: int, limit: tuple[int, int]) -> None:
        if limit[0] > 10_240:
            raise ValueError
        system["limit"] = limit

    system["limit"] = (256, resource.RLIM_INFINITY)
    monkeypatch.setattr(resource, "setrlimit", at_most_10_240)
    assert raise_limit() == 10_240
    assert system["limit"] == (10_240, resource.RLIM_INFINITY)
