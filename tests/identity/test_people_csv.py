from __future__ import annotations

import pytest

from limen.identity.people_csv import PeopleFile, Row, mixes_scripts, read_people

GROUPS = {"staff": "Staff", "finance": "Finance", "hr": "People and culture"}


def read(text: str, encoding: str = "utf-8") -> PeopleFile:
    return read_people(text.encode(encoding), GROUPS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "text",
    [
        "name,email,groups,language\nJürgen Groß,J.Gross@Harbor.example,staff;finance,de\n",
        'E-Mail-Adresse;Gruppen;Nachname;Vorname;Sprache\r\nj.gross@harbor.example;"staff;Finance";Groß;Jürgen;Deutsch\r\n',
        "Name\tE-Mail\tGruppen\tSprache\n Jürgen  Groß \tj.gross@harbor.example\tstaff|finance\tDE\n\n",
    ],
)
def test_a_list_is_read_as_spreadsheets_write_it(text: str, encoding: str) -> None:
    read_so = read(text, encoding)
    assert read_so.problems == ()
    assert read_so.rows == (Row(2, "Jürgen Groß", "j.gross@harbor.example", frozenset({"staff", "finance"}), "de"),)


def test_what_a_list_does_not_say_is_not_known() -> None:
    found = read("name,email,phone\nEve,eve@harbor.example,030\n")
    assert (found.rows[0].groups, found.rows[0].language, found.ignored) == (None, None, ("phone",))


def test_every_mistake_is_told_with_its_row_and_column() -> None:
    found = read(
        "name,email,groups,language\n"
        "Eve,eve@harbor.example,staf,en\n"
        ",nobody,,\n"
        "Noa,EVE@harbor.example,staff,fr\n"
        "Ben,ben@harbor.example,staff,en,what\n"
    )
    assert [str(one).partition(";")[0] for one in found.problems] == [
        "line 2, groups: there is no group “staf”",
        "line 3, name: The name is empty or too long",
        "line 3, email: This is not a valid email address",
        "line 4, email: line 2 has the same address",
        "line 4, language: there is no language “fr” here",
        "line 5: there are 5 cells under 4 headers",
    ]
    assert "did you mean staff?" in found.problems[0].fix
    assert found.rows == ()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "there is no column called email or name"),
        ("first,second\n", "there is no column called email or name"),
        ("name,email,mail\n", "two columns say email"),
    ],
)
def test_without_headers_nothing_is_read(text: str, what: str) -> None:
    (problem,) = read(text).problems
    assert problem.what == what


def test_words_of_one_script_are_names() -> None:
    assert not any(map(mixes_scripts, ("Müller", "Иванов", "Παπα", "李", "O'Brien")))
    assert mixes_scripts("Nооr")  # with a Cyrillic о twice
