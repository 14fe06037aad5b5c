"""Proofs of large networks in a process of their own: the same answers, and an end of it."""

from __future__ import annotations

import pickle
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.network.networks import flow, harbor, way

from limen.network import limited
from limen.network.broken import broken_nevers
from limen.network.file_changes import touches
from limen.network.model import Block, Network, Never
from limen.network.packets.box import Box
from limen.network.proof.blast_radius import Start
from limen.network.proof.changes_said import changes_said
from limen.network.stated import NetworkFile
from limen.network.whole import whole_complaints

_TODAY = "2026-11-27"
_NEVER = Never("n", way("office", "finance", "ssh"), "why", hops=True)


def _network() -> Network:
    flows = [flow("web", way("office", "files dc erp")), flow("again", way("office", "files"))]
    return harbor(flows, [Block("quiet", way("files", "internet", "any"), "")], [_NEVER])


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every network is one."""
    monkeypatch.setattr(limited, "MOST_PLACES_HERE", 0)


def test_a_network_is_small_by_its_places_its_rules_and_its_denials(monkeypatch: pytest.MonkeyPatch) -> None:
    assert limited.is_small(_network())
    for bound in ("MOST_PLACES_HERE", "MOST_RULES_HERE", "MOST_DENIALS_HERE"):
        with monkeypatch.context() as less:
            less.setattr(limited, bound, 3)
            assert not limited.is_small(_network())


def test_there_it_is_as_it_would_be_here(monkeypatch: pytest.MonkeyPatch) -> None:
    before, after, start = harbor(), _network(), Start("office", ("office",))
    here = (
        limited.proved(after, _TODAY),
        limited.broken_nevers(after),
        limited.blast_radius(after, _TODAY, start),
        limited.changes_said(before, after, _TODAY),
    )
    monkeypatch.setattr(limited, "MOST_PLACES_HERE", 0)
    there = (
        limited.proved(after, _TODAY),
        limited.broken_nevers(after),
        limited.blast_radius(after, _TODAY, start),
        limited.changes_said(before, after, _TODAY),
    )
    assert there == here
    assert here[1] == list(broken_nevers(after)) != []
    assert here[3] == changes_said(before, after, _TODAY)


def test_what_takes_too_long_is_ended_and_named(large: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "WALL_SECONDS", 0.001)
    with pytest.raises(limited.TooMuchError):
        limited.proved(_network(), _TODAY)
    assert not limited._running
    [(about, _, fix)] = whole_complaints(_network())
    assert (about, fix) == ("zones", limited.TooMuchError().fix)
    before, after = NetworkFile(), NetworkFile({"zones": {"a": {"kind": "dmz", "prefixes": ["10.1.0.0/24"]}}})
    assert len(list(touches(before, after, ()))) == 1


def test_what_nobody_waits_for_any_more_is_stopped(large: None, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = threading.Event(), list[int]()

    def wait(process: subprocess.Popen[bytes], _order: bytes) -> Iterator[object]:
        begun.set()  # the process waits for its order, and would for ever
        ended.append(process.wait(60))
        yield from ()

    monkeypatch.setattr(limited, "_exchanged", wait)
    thread = threading.Thread(target=lambda: limited.broken_nevers(_network()))
    thread.start()
    assert begun.wait(60)
    limited.stop_pages()  # another revision: what somebody asks of a change goes on
    assert not ended
    limited.stop()
    thread.join(60)
    assert ended == [-signal.SIGKILL]


def test_only_values_of_limens_own_are_made_of_an_answer() -> None:
    box = Box(4, (1, 2), (3, 4))
    assert limited.values_of(pickle.dumps([box, replace(_NEVER)])) == [box, _NEVER]
    for other in (subprocess.Popen, print, limited.stop, pickle.loads):
        with pytest.raises(limited.TooMuchError):
            limited.values_of(pickle.dumps([other]))
