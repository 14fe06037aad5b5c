"""Which evidence counts, and how strong it is."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from limen.clock import MINUTE
from limen.monitor.detections.shared_accounts.acts import Act, Side
from limen.monitor.detections.shared_accounts.overlaps import Overlap, overlap
from limen.monitor.places.rules import EgressKind
from limen.monitor.places.whereabouts import Whereabouts

HERE, THERE, FAR = "203.0.113.7", "198.18.0.9", "198.51.100.20"
KNOWN = {
    HERE: Whereabouts(HERE, "AT", "Vienna", 48.2, 16.4, owner=1),
    THERE: Whereabouts(THERE, "AT", "Vienna", 48.2, 16.4, owner=2),
    FAR: Whereabouts(FAR, "PT", "Lisbon", 38.7, -9.1, owner=3),
    "192.0.2.1": Whereabouts("192.0.2.1", owner=4, network="office"),
    "192.0.2.200": Whereabouts("192.0.2.200", owner=5, egress_kind=EgressKind.CARRIER),
}


@dataclass(frozen=True)
class Of:
    address: str
    system: str = "windows"
    device: str = ""
    proves: bool = False


def found(one: Of, other: Of, *, turns: int = 4) -> Overlap | None:
    sides = {
        name: Side(of.system, "Chrome", of.device, {of.address: 10 * MINUTE})
        for name, of in (("s_1", one), ("s_2", other))
    }
    both = (("s_1", one), ("s_2", other))
    acts = [
        Act(n * 3 * MINUTE, f"e{n}", both[n % 2][0], both[n % 2][1].address, both[n % 2][1].proves)
        for n in range(turns)
    ]
    return overlap(
        acts,
        sides,
        acts[-2].side,
        lambda at: KNOWN.get(at, Whereabouts(at)),
        {"d_b": "p_b", "d_e": "p_e", "d_f": "p_e"},
        "p_e",
    )


@pytest.mark.parametrize(
    ("one", "other", "signs", "strength"),
    [
        (Of(HERE), Of(THERE), "elsewhere", 1),
        (Of(HERE), Of(FAR), "apart", 3),
        (Of(HERE), Of(FAR, "macos"), "apart systems", 4),
        (Of(HERE, proves=True), Of(FAR, proves=True), "apart proved", 5),
        (Of(HERE, proves=True), Of(FAR), "apart", 3),
        (Of(HERE), Of(THERE, device="d_b"), "elsewhere others_device", 4),
        (Of(HERE, device="d_f"), Of(THERE, device="d_e"), "elsewhere own_devices", -1),
        (Of(HERE), Of(FAR, "android"), "apart phone", -2),
        (Of("192.0.2.1"), Of(FAR), "elsewhere office", -2),
        (Of("192.0.2.7"), Of("192.1.2.7"), "elsewhere", 1),
    ],
)
def test_signs_add_up(one: Of, other: Of, signs: str, strength: int) -> None:
    overlapped = found(one, other)
    assert overlapped is not None
    assert (" ".join(overlapped.signs), overlapped.strength) == (signs, strength)
    assert len(overlapped.events) == 4


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Of(HERE), Of("203.0.113.200")),
        (Of("192.0.2.200"), Of(FAR)),
        (Of("2001:db8::1"), Of(HERE)),
        (Of("2001:db8::1"), Of("2001:db8:0:5::1")),
    ],
)
def test_what_may_be_one_place_is_none(one: Of, other: Of) -> None:
    assert found(one, other) is None


def test_whoever_goes_from_one_to_the_other_changes_once() -> None:
    assert found(Of(HERE), Of(FAR), turns=3) is None
