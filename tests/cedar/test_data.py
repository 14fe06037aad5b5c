"""JSON becomes Cedar's values, or an error that names the place."""

from __future__ import annotations

import pytest

from limen.cedar import CedarSet, DataError, Datetime, EntityUid
from limen.cedar.data import read_record, read_uid
from limen.cedar.literals import parse_ip
from limen.cedar.schema import EntityOf, Primitive, RecordType, SetType

ENTITY = {"type": "User", "id": "ada"}


def test_escapes_are_understood_without_a_schema() -> None:
    data = {
        "who": {"__entity": ENTITY},
        "ip": {"__extn": {"fn": "ip", "arg": "::1"}},
        "later": {
            "__extn": {
                "fn": "offset",
                "args": [
                    {"__extn": {"fn": "datetime", "arg": "1970-01-01"}},
                    {"__extn": {"fn": "duration", "arg": "5ms"}},
                ],
            }
        },
        "set": [1, True, 1],
        "bare": ENTITY,
    }
    assert read_record(data, "context") == {
        "who": EntityUid("User", "ada"),
        "ip": parse_ip("::1"),
        "later": Datetime(5),
        "set": CedarSet([1, True]),
        "bare": ENTITY,
    }


def test_a_type_lets_bare_texts_and_entities_be_understood() -> None:
    expected = RecordType(
        {"who": EntityOf("User"), "ips": SetType(Primitive("ipaddr")), "name": Primitive("String")},
        frozenset({"who"}),
    )
    read = read_record({"who": ENTITY, "ips": ["::1", {"fn": "ip", "arg": "::1"}], "name": "::1"}, "context", expected)
    assert read == {"who": EntityUid("User", "ada"), "ips": CedarSet([parse_ip("::1")]), "name": "::1"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"who": ENTITY, "n": True}, "context.n: expected Long, got bool"),
        ({"who": ENTITY | {"type": "Group"}}, "context.who: expected an entity of type `User`"),
        ({"n": 1}, "the attribute `who` is missing"),
        ({"who": ENTITY, "x": 1}, "no attribute `x`"),
        ({"who": ENTITY, "s": "x"}, "context.s: expected a set"),
        ({"who": ENTITY, "r": 1}, "context.r: expected a record"),
        ({"who": ENTITY, "t": "x"}, "not a valid datetime"),
    ],
)
def test_what_does_not_fit_its_type_is_refused(data: object, message: str) -> None:
    fields = {
        "who": EntityOf("User"),
        "n": Primitive("Long"),
        "s": SetType(Primitive("Long")),
        "r": RecordType(),
        "t": Primitive("datetime"),
    }
    with pytest.raises(DataError) as refusal:
        read_record(data, "context", RecordType(fields, frozenset({"who"})))
    assert message in str(refusal.value)


@pytest.mark.parametrize("value", [1.5, 1.0, None, 2**63, -(2**63) - 1, {"__expr": "1"}, [[None]], b"x", {1}])
def test_what_cedar_has_not_is_refused_briefly(value: object) -> None:
    with pytest.raises(DataError) as refusal:
        read_record({"a": {"b": value}}, "context")
    assert len(str(refusal.value)) < 200


def test_a_number_too_long_to_print_is_refused() -> None:
    with pytest.raises(DataError, match="64 bits"):
        read_record({"a": 10**5000}, "context")


@pytest.mark.parametrize("name", ["", "a b", "if", "A::", "é", "__cedar::X", "1A", "A:: B"])
def test_what_can_not_name_a_type_is_refused(name: str) -> None:
    with pytest.raises(DataError, match="name of a type"):
        read_uid({"type": name, "id": "x"}, "uid")


def test_data_nested_a_hundred_thousand_deep_is_refused() -> None:
    data: object = 1
    for number in range(100_000):
        data = [data] if number % 2 else {"a": data}
    with pytest.raises(DataError, match="100 levels"):
        read_record({"a": data}, "context")
