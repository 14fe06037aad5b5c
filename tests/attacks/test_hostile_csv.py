"""Lists of people that were made to hurt: refused early, with a row and a word, and nothing changed."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder
from tests.identity.conftest import House
from tests.identity.test_people_import import against

from limen.identity.days import today
from limen.identity.model import Visitor
from limen.identity.people_csv import MAX_BYTES, PeopleFile, read_people

GROUPS = {"staff": "Staff", "administrators": "Administrators"}
HEAD = b"name,email,groups\n"
COLUMNS = ["name", "email", "groups", "language", "status", "first_day", "last_day"]


def read(data: bytes) -> PeopleFile:
    return read_people(data, GROUPS)


def said(data: bytes) -> str:
    found = read(data)
    assert found.rows == ()
    return str(found.problems[0])


@pytest.mark.parametrize("name", ['"=HYPERLINK(""https://evil.example"",""x"")"', "+1+cmd", "-2+3", "@SUM(A1)"])
def test_a_formula_is_no_name(name: str) -> None:
    assert "line 2, name: a name can't begin with" in said(HEAD + f"{name},eve@harbor.example,staff\n".encode())


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (HEAD + "Zoë,zoe@harbor.example,\n".encode("cp1252"), "line 2: the file is not UTF-8"),
        (HEAD + b"Eve\0,eve@harbor.example,\n", "line 2: the file contains NUL characters"),
        (("name,email\nE,e@h.example\n").encode("utf-16-le"), "NUL"),
        (b"\xff\xfen\x00a\x00", "no column"),
        (b"\xff\xfen\x00a\x00\x00\xd8", "not UTF-8"),
        (HEAD + b'"Eve,eve@harbor.example,\n' + b"x,y,z\n" * 50_000, "line 2: a quote is opened here and never closed"),
        (HEAD + b'"Eve,eve@harbor.example,\n', "line 2: a quote is opened here and never closed"),
        (HEAD + b'"Eve" Smith,eve@harbor.example,\n', "line 2: the quotes here can't be read"),
        (HEAD + b"x" * 100_000 + b",eve@harbor.example,\n", "line 2: a cell is longer"),
        (HEAD + b"," * 5_000 + b"\n", "more than 100 columns"),
        (HEAD + b"Eve\xe2\x80\xae,eve@harbor.example,\n", "line 2, name: The name contains invisible characters"),
        (HEAD + "Nооr Bakker,noor@harbor.example,\n".encode(), "line 2, name: a word in the name mixes"),
        (HEAD + "Noor,nооr@harbor.example,\n".encode(), "line 2, email: The address mixes"),
        (HEAD + b'"Eve\r\nBcc: x",eve@harbor.example\\r\\nBcc: all@x.example,\n', "line 2, email"),
    ],
)
def test_what_can_not_be_read_for_certain_is_refused_where_it_stands(data: bytes, what: str) -> None:
    assert what in said(data)


def test_one_person_twice_is_found_however_it_is_typed() -> None:
    found = read(HEAD + "Eve,eve@bücher.example,\nEve,EVE@XN--BCHER-KVA.example,\n".encode())
    assert [problem.what for problem in found.problems] == ["line 2 has the same address"]


def test_a_million_rows_are_refused_early_and_in_little_room() -> None:
    small = HEAD + b"a,b,\n" * 1_000_000
    tracemalloc.start()
    assert "more than 200 problems" in str(read(small[:MAX_BYTES]).problems[-1])
    many = HEAD + b"".join(b"E,e%d@h.example,\n" % number for number in range(10_002))
    assert "more than 10,000 rows" in str(read(many).problems[-1])
    assert "larger than 5 MB" in said(small + small[: MAX_BYTES // 2])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 * 1024 * 1024


def test_the_command_refuses_tells_and_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = str(small_folder(tmp_path))
    assert leave("apply", root, "-m", "first") == 0
    listed = tmp_path / "people.csv"
    capsys.readouterr()
    listed.write_bytes(HEAD + b"Eve,eve@harbor.example,administrators\n")
    assert leave("import", "people", str(listed), root, "--yes") == 1
    assert "this would change who is in administrators" in capsys.readouterr().out
    with listed.open("wb") as big:
        big.truncate(2 * 1024 * 1024 * 1024)
    assert leave("import", "people", str(listed), root, "--yes") == 1
    assert "larger than 5 MB" in capsys.readouterr().out
    assert leave("people", root, "--csv") == 0
    assert list(csv.reader(io.StringIO(capsys.readouterr().out))) == [COLUMNS]


async def test_a_list_says_of_nobody_in_a_protected_group_when_they_have_access(house: House, visitor: Visitor) -> None:
    ada = (await house.administrator(house.passkey(), visitor)).person
    on = today(house.ports.settings, house.clock.now())
    for header, day in (("first day", on + timedelta(days=30)), ("last day", on)):
        text = f"name,email,{header}\n{ada.name},{ada.email},{day}\n"
        (problem,) = (await against(house, text)).problems
        assert (problem.row, problem.column) == (2, header)
        assert (await against(house, text, may_protected=True)).problems == ()


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (",2026-11-20", "last day"),
        (",2036-11-20", "last day"),
        ("2028-01-01,", "first day"),
        ("2026-12-20,2026-12-18", "first day"),
    ],
)
async def test_a_day_by_which_somebody_would_be_out_at_once_is_a_mistake(house: House, cells: str, column: str) -> None:
    await house.invited()
    for who in ("Ben,ben@harbor.example", "Eve,eve@harbor.example"):
        (problem,) = (await against(house, f"name,email,first day,last day\n{who},{cells}\n")).problems
        assert (problem.row, problem.column) == (2, column)
