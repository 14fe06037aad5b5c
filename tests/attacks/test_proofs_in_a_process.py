"""What the process that proves large networks could answer, if somebody had taken it over by what it was given."""

from __future__ import annotations

import pickle

import pytest
from tests.network.networks import way

from limen.network import limited
from limen.network.model import Never
from limen.network.packets.box import ANY_PORT, Box, Packet
from limen.network.proof.shadowed import Why

_BOX = Box(4, (0, 1), (2, 3), (6, 6), (22, 22), ANY_PORT)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("limen.network.packets.box", "Packet"),
        ("limen.network.packets.box", "Box"),
        ("limen.network.proof.nevers", "Verdict"),
        ("limen.network.proof.shadowed", "Why"),
        ("limen.network.proved", "Proved"),
        ("limen.network.limited", "_Ours"),
        ("limen.network.limited", "TooMuchError"),
        ("limen.network.sizes", "Sizes"),
        ("limen.network.limited", "subprocess.Popen"),
        ("subprocess", "Popen"),
    ],
)
def test_no_class_is_changed_by_an_answer(module: str, name: str) -> None:
    """By BUILD, which sets attributes of whatever stands below it."""
    state = pickle.dumps((None, {"planted": 1, "service": 1}), 2)[2:-1]
    said = b"\x80\x02(lc" + f"{module}\n{name}\n".encode() + state + b"ba."
    try:
        limited.values_of(said)
    except limited.TooMuchError:
        pass
    else:
        assert name in {"Box", "Packet", "Why"}
    for one in (Box, Packet, Never, Why, limited.TooMuchError, limited._Ours):
        assert not hasattr(one, "planted")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"garbage",
        b"\x80\x04.",
        pickle.dumps([_BOX])[:-4],
        pickle.dumps(_BOX),
        b"\x80\x04" + b"(" * 100_000,
        b"\x80\x02climen.network.no_such\nThing\n.",
        b"\x80\x02climen.network.model\nNever\n)R.",
    ],
)
def test_an_answer_that_is_none_is_refused_like_one_that_took_too_long(said: bytes) -> None:
    with pytest.raises(limited.TooMuchError):
        limited.values_of(said)


def test_what_is_made_is_of_the_classes_themselves() -> None:
    never = Never("n", way("office", "finance", "ssh"), "why")
    box, also = limited.values_of(pickle.dumps([_BOX, never]))
    assert (box, also) == (_BOX, never)
    assert (type(box), type(also)) == (Box, Never)
