from __future__ import annotations

import pytest

from limen.monitor.normal_form.event import PATHS
from limen.monitor.search.query import (
    COLUMNS,
    DEEPEST,
    LONGEST,
    MOST_TERMS,
    NOTHING,
    All,
    AnyOf,
    Column,
    Contains,
    Equals,
    Exists,
    Fits,
    Names,
    Not,
    Own,
    QueryError,
    Within,
    fields_meant,
    read_query,
)

USER, RAW, OUT = Column("user"), Column("raw"), Column("bytes_out")
NAMES = Names(
    people=lambda name: ("p_ida",) if name == "ida@harbor.example" else (),
    devices=lambda name: ("d_1", "d_2") if name == "wren" else (),
    instant=lambda text: 1_000 if text == "2026-11-27" else None,
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", NOTHING),
        ("user:Ida", Equals(USER, ("ida",))),
        ("actor.user.name:Ida", Equals(USER, ("ida",))),
        ("ACTOR.user.Name:Ida", Equals(USER, ("ida",))),
        ('user:"Ida B"', Equals(USER, ("ida b",))),
        ("user:*", Exists(USER)),
        ("user:id*", Fits(USER, ("id", ""))),
        ("user:*d*", Fits(USER, ("", "d", ""))),
        (r"user:i\*", Equals(USER, ("i*",))),
        ("Image:*\\\\cmd.exe", Fits(Own("Image"), ("", "\\cmd.exe"))),
        ("fields.Image:a", Equals(Own("Image"), ("a",))),
        ("failed", Contains(RAW, "failed")),
        ('"Failed password"', Contains(RAW, "failed password")),
        ("dst_port:443", Equals(Column("dst_port"), (443,))),
        ("bytes_out:[10 TO 20}", Within(OUT, 10, 19)),
        ("bytes_out:>10", Within(OUT, 11, None)),
        ("bytes_out:<=10", Within(OUT, None, 10)),
        ("at:>=2026-11-27", Within(Column("at"), 1_000, None)),
        ("EventID:[4624 TO 4625]", Within(Own("EventID"), 4624, 4625)),
        ("a b", All((Contains(RAW, "a"), Contains(RAW, "b")))),
        ("NOT a", Not(Contains(RAW, "a"))),
        ("-a", Not(Contains(RAW, "a"))),
        ("kind:(a OR b)", AnyOf((Equals(Column("kind"), ("a",)), Equals(Column("kind"), ("b",))))),
        (
            "person:ida@harbor.example",
            AnyOf((Equals(Column("person_id"), ("p_ida",)), Equals(Column("target_person_id"), ("p_ida",)))),
        ),
        ("device:wren", AnyOf((Equals(Column("device_id"), ("d_1", "d_2")),))),
        ("device:d_9", AnyOf((Equals(Column("device_id"), ("d_9",)),))),
    ],
)
def test_what_a_search_means(text: str, meant: object) -> None:
    assert read_query(text, NAMES) == meant


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("user:", -1),
        ("(a", -1),
        ("a AND AND b", 6),
        ("user:ida~2", 5),
        ("dst_port:http", 9),
        ("dst_port:44*", 9),
        ("user:[a TO b]", 5),
        ("[1 TO 2]", 0),
        ("person:nobody", 7),
        ("a" * (LONGEST + 1), 0),
        ("(" * (DEEPEST + 1) + "a" + ")" * (DEEPEST + 1), 0),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_place(text: str, position: int) -> None:
    with pytest.raises(QueryError) as refused:
        read_query(text, NAMES)
    assert refused.value.position == position
    assert refused.value.fix


def test_a_search_has_so_many_terms_and_no_more() -> None:
    read_query(" ".join(["a"] * MOST_TERMS))
    with pytest.raises(QueryError):
        read_query(" ".join(["a"] * (MOST_TERMS + 1)))


def test_fields_are_suggested_by_how_they_begin_and_by_what_is_near() -> None:
    assert fields_meant("src_") == [
        "src_country",
        "src_ip",
        "src_network",
        "src_port",
        *sorted(p for p in PATHS if p.startswith("src_")),
    ]
    assert set(fields_meant("")) == {*COLUMNS, *PATHS}
