from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from limen.monitor.places.records import read_record
from limen.monitor.places.whereabouts import Whereabouts

MAXMIND = {
    "city": {"names": {"en": "Vienna", "de": "Wien"}},
    "country": {"iso_code": "AT", "names": {"en": "Austria"}},
    "location": {"latitude": 48.2, "longitude": 16.37, "accuracy_radius": 20},
}


@pytest.mark.parametrize(
    ("record", "found"),
    [
        (MAXMIND, {"country": "AT", "city": "Vienna", "latitude": 48.2, "longitude": 16.37, "radius_km": 20}),
        (
            {"country_code": "AT", "city": "Vienna", "latitude": "48.2", "longitude": "16.37"},
            {"country": "AT", "city": "Vienna", "latitude": 48.2, "longitude": 16.37, "radius_km": 0},
        ),
        ({"registered_country": {"iso_code": "PT"}}, {"country": "PT"}),
        (
            {"autonomous_system_number": 8447, "autonomous_system_organization": "A1 Telekom"},
            {"owner": 8447, "owner_name": "A1 Telekom"},
        ),
        ({"asn": "AS8447", "as_name": "A1", "country": "AT"}, {"country": "AT", "owner": 8447, "owner_name": "A1"}),
        ({"is_anonymous": True, "is_tor_exit_node": True}, {"anonymiser": True}),
        ({"traits": {"is_anonymous_proxy": True}}, {"anonymiser": True}),
        ({"is_anonymous": False}, {}),
    ],
)
def test_each_layout_reads_alike(record: dict[str, Any], found: dict[str, Any]) -> None:
    assert read_record(record) == found


@pytest.mark.parametrize(
    "record",
    [
        None,
        "AT",
        {"country_code": "at"},
        {"country_code": "AT\n"},
        {"city": "Vien\x1b[2Jna"},
        {"city": "x" * 81},
        {"latitude": 91.0, "longitude": 0.5},
        {"latitude": float("nan"), "longitude": 1.0},
        {"latitude": 0.0, "longitude": 0.0},
        {"latitude": True, "longitude": True},
        {"autonomous_system_number": -1},
        {"asn": "AS99999999999"},
        {"is_anonymous": "yes"},
    ],
)
def test_what_does_not_fit_is_not_known(record: object) -> None:
    assert read_record(record) == {}


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner, max_size=3),
    max_leaves=10,
)
_NAMES = st.sampled_from(
    [
        "country",
        "country_code",
        "city",
        "names",
        "location",
        "latitude",
        "longitude",
        "accuracy_radius",
        "asn",
        "traits",
    ]
)


@given(st.dictionaries(_NAMES, _VALUES | st.dictionaries(_NAMES | st.just("iso_code"), _VALUES)))
def test_no_record_breaks_it(record: dict[str, Any]) -> None:
    assert Whereabouts("203.0.113.7", **read_record(record)).place.address == "203.0.113.7"
