"""Objects of JSON and rows of CSV, as one kind of thing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st
from tests.assessing.harbor import NOW
from tests.assessing.made import file, objects, one, rows

from limen.assessing import entries
from limen.assessing.entries import csv_entries, json_entries, key_of
from limen.assessing.folder import RefusedError
from limen.clock import DAY


def test_an_answer_of_graph_a_list_and_one_object_are_entries() -> None:
    for said in ({"value": [{"id": "a"}]}, [{"id": "a"}], {"id": "a"}):
        found = json_entries(file("a.json", json.dumps(said)))
        assert found is not None
        assert [each.text("id") for each in found] == ["a"]


def test_names_as_powershell_writes_them_are_those_of_graph() -> None:
    found = one(UserPrincipalName="ada@harbor.example", DeviceDetail={"DeviceId": "d1"})
    assert found.text("userPrincipalName") == "ada@harbor.example"
    assert found.text("deviceDetail.deviceId") == "d1"


def test_headers_are_found_however_they_are_written() -> None:
    [found] = rows("Last Seen;HOST-NAME\n2026-12-01;lap\n")
    assert (found.text("host name"), found.instant(NOW, "last seen") > 0, found.place) == ("lap", True, 2)
    assert key_of("Date (UTC)") == "dateutc"


def test_flags_numbers_and_words() -> None:
    found = one(a="Yes", b=False, c="maybe", d="12", e=["x", 1], f="x; y", g=True)
    assert (found.flag("a"), found.flag("b"), found.flag("c"), found.flag("z")) == (True, False, None, None)
    assert (found.number("d"), found.number("g"), found.number("a")) == (12, None, None)
    assert (found.words("e"), found.words("f")) == (("x",), ("x", "y"))


@pytest.mark.parametrize("written", ["2026-12-01T10:00:00Z", "2026-12-01 10:00:00", "/Date(1796119200000)/"])
def test_times_as_vendors_write_them(written: str) -> None:
    assert 0 < one(at=written).instant(NOW, "at") < NOW


def test_what_is_to_come_or_unreadable_was_never() -> None:
    assert one(at="2099-01-01").instant(NOW, "at") == 0
    assert one(at="1/12/2026 8:00").instant(NOW, "at") == 0
    assert one(at=7).instant(NOW + DAY, "at") == 0


def test_one_page_of_several_and_an_error_are_no_export() -> None:
    for said in ({"value": [], "@odata.nextLink": "x"}, {"users": [], "nextPageToken": "x"}, {"error": {"code": 1}}):
        with pytest.raises(RefusedError):
            json_entries(file("a.json", json.dumps(said)))


def test_broken_json_is_refused_with_its_line() -> None:
    with pytest.raises(RefusedError, match=r"a\.json:3"):
        json_entries(file("a.json", '{"value": [\n{"id": "a"},\n{"id": oops}]}'))


def test_what_is_no_object_in_a_list_is_refused() -> None:
    with pytest.raises(RefusedError):
        list(objects({"id": "a"}, 7))


def test_rows_with_too_many_cells_or_open_quotes_are_refused_with_their_line() -> None:
    with pytest.raises(RefusedError, match=r"values\.csv:3"):
        list(rows("a,b\n1,2\n1,2,3\n"))
    with pytest.raises(RefusedError):
        list(rows('a,b\n"1,2\n'))


def test_a_column_that_is_there_twice_and_differs_is_refused() -> None:
    assert list(rows("a,a,b\n1,1,2\n"))
    with pytest.raises(RefusedError):
        list(rows("a,A,b\n1,2,2\n"))


def test_lists_that_were_lost_on_the_way_are_refused() -> None:
    with pytest.raises(RefusedError):
        list(rows("userPrincipalName,methodsRegistered\nada@harbor.example,System.String[]\n"))


def test_entries_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "MOST_ENTRIES", 2)
    with pytest.raises(RefusedError):
        objects({}, {}, {})
    with pytest.raises(RefusedError):
        list(rows("a,b\n1,1\n1,1\n1,1\n"))


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (json_entries, csv_entries):
        try:
            found = read(file("a", text.replace("\0", "").encode("utf-8", "replace")))
            list(found or ())
        except RefusedError:
            continue
