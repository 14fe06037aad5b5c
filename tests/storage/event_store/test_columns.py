from __future__ import annotations

import msgspec
import pytest
from tests.storage.event_store.conftest import COLUMNS

from limen.storage.event_store.columns import Column, Columns, Kind
from limen.storage.segments.parquet import in_memory

KNOWN = Columns.of(COLUMNS)


def rows(*lines: bytes) -> list[tuple[object, ...]]:
    with in_memory("128MB") as connection:
        KNOWN.take(connection, "taken", [line.decode() for line in lines], 4)
        return connection.execute("from taken").fetchall()


def test_what_is_unknown_or_does_not_fit_is_never_null() -> None:
    assert rows(b'{"uid":"a","at":5,"port":"x","more":1}', b"{}") == [
        ("a", 5, 0, "", "", 0, "{}", "", 5),
        ("", 0, 0, "", "", 0, "{}", "", 6),
    ]


@pytest.mark.parametrize(
    "said",
    [
        {"uid": "a", "at": 1, "received_at": 2, "source": "fw", "user": "jané\u0000\n'\"", "raw": "<b>\u2028😀"},
        {"uid": "a", "at": -(1 << 62), "port": 65535, "fields": {"a": [1, 2.5, None, True, {"b": "ü"}]}},
        {"uid": "a", "fields": {}},
    ],
)
def test_a_line_is_made_again_of_its_row(said: dict[str, object]) -> None:
    ((*row, n),) = rows(msgspec.json.encode(said))
    again = msgspec.json.decode(KNOWN.line(dict(zip([column.name for column in COLUMNS], row, strict=True))))
    assert again == {name: value for name, value in said.items() if value not in ({}, "")}
    assert n == 5


def test_names_that_would_be_more_than_names_in_sql_are_refused() -> None:
    for name in ("User", "a b", 'a"', "a;b", "", "é"):
        with pytest.raises(ValueError, match="plain words"):
            Columns.of([*COLUMNS, Column(name)])


def test_what_every_event_has_is_required() -> None:
    with pytest.raises(ValueError, match="uid"):
        Columns.of([Column("at", Kind.NUMBER), Column("source")])


def test_a_line_that_is_no_json_here_stops_no_other() -> None:
    found = rows(b'{"uid":"a"}', b'{"uid":', b'{"uid":"c"}')
    assert [row[0] for row in found] == ["a", "unreadable-6", "c"]
