from __future__ import annotations

import pytest

from limen.declared import LIMEN_ITSELF, ClaimedTwiceError, Declared


def test_it_is_read_like_a_mapping_in_the_order_of_declaration() -> None:
    kinds = Declared("kind of event", {"decision": 1})
    kinds.compose({"devices": {"device.enrolled": 2}, "monitor": {"alert.raised": 3}})
    assert dict(kinds) == {"decision": 1, "device.enrolled": 2, "alert.raised": 3}
    assert [kinds.owner_of(name) for name in kinds] == [LIMEN_ITSELF, "devices", "monitor"]


def test_composing_again_forgets_the_parts_of_before() -> None:
    kinds = Declared("kind of event", {"decision": 1})
    kinds.compose({"devices": {"device.enrolled": 2}})
    kinds.compose({})
    assert list(kinds) == ["decision"]


@pytest.mark.parametrize(
    ("parts", "owners"),
    [
        ({"devices": {"decision": 2}}, (LIMEN_ITSELF, "devices")),
        ({"devices": {"alert": 2}, "monitor": {"alert": 3}}, ("devices", "monitor")),
    ],
)
def test_a_name_that_two_claim_is_refused_with_both_named_and_nothing_changes(
    parts: dict[str, dict[str, int]], owners: tuple[str, str]
) -> None:
    kinds = Declared("kind of event", {"decision": 1})
    with pytest.raises(ClaimedTwiceError) as refused:
        kinds.compose(parts)
    assert all(owner in str(refused.value) for owner in owners)
    assert dict(kinds) == {"decision": 1}
