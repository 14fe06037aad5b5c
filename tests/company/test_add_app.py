from dataclasses import replace
from pathlib import Path

import pytest

from limen.clock import DAY, from_iso
from limen.company.add_app import POLICY_FILE, NewApp, add_app, complaints
from limen.company.company import Company
from limen.company.folder import APPS
from limen.company.load import FolderError, failing_tests, load_company
from limen.enforcement.probe import UNKNOWN
from limen.errors import LimenError

NOW = from_iso("2026-11-24T09:00:00Z")
HARBOR = Path(__file__).parents[2] / "examples" / "harbor"
BOARD = NewApp("board", "http://10.0.0.5:8080", ("staff",), UNKNOWN.actions, "Board")


@pytest.fixture(scope="module")
def harbor() -> Company:
    return load_company(HARBOR)


def test_an_app_is_added_after_all_that_stood_there_and_begins_in_onboarding(harbor: Company) -> None:
    done = add_app(harbor, BOARD, NOW)
    app = done.company.all_apps["board"]
    assert (app.host, app.upstream.url, app.label.word) == ("board.harbor.localhost", BOARD.url, "internal")
    assert app.onboarding_until == NOW + 14 * DAY
    assert done.changed[APPS].startswith(harbor.files[APPS].rstrip())
    assert done.permitted == {"staff": ("staff-work",)}
    assert list(done.changed) == [APPS]
    assert not failing_tests(done.company)


def test_a_group_that_nothing_permits_gets_a_policy(harbor: Company) -> None:
    done = add_app(harbor, replace(BOARD, label="confidential", groups=("sales",), owner="sales"), NOW)
    assert done.permitted == {"sales": ()}
    assert done.company.all_apps["board"].onboarding_until == 0
    assert 'resource == App::"board"' in done.changed[POLICY_FILE]
    assert done.company.policies.sources["board-for-sales"].file == POLICY_FILE


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        (replace(BOARD, id="wiki"), '"wiki" already exists'),
        (replace(BOARD, host="wiki.harbor.localhost"), "Wiki already uses"),
        (replace(BOARD, groups=("staf",)), 'there is no group "staf"'),
        (replace(BOARD, id="limen"), '"limen" already exists'),
        (replace(BOARD, name="a\x1b[2J"), "can't be displayed"),
        (replace(BOARD, label="secret\n- id: evil"), "can't be displayed"),
    ],
)
def test_what_is_asked_wrongly_is_refused(harbor: Company, asked: NewApp, what: str) -> None:
    with pytest.raises(LimenError, match=what):
        add_app(harbor, asked, NOW)


def test_every_mistake_is_named_by_its_field(harbor: Company) -> None:
    def fields(asked: NewApp) -> list[str]:
        return [field for field, _ in complaints(harbor, asked)]

    assert fields(BOARD) == []
    back = "https://board.harbor.example/back"
    asks = replace(BOARD, url="https://board.harbor.example/", redirect_uri=back, host="nowhere")
    assert fields(asks) == []  # it has no host of Limen's
    assert fields(replace(asks, id="B", url="board", redirect_uri="http://board.harbor.example/#a")) == [
        "id",
        "url",
        "redirect",
    ]
    for host in ("wiki.harbor.localhost", "board.example", "Board", "harbor.localhost"):
        assert fields(replace(BOARD, host=host)) == ["host"], host


@pytest.mark.parametrize("word", ['x: "y"', "on", "# no", "{a: b}", "- b", "null"])
def test_no_word_breaks_out_of_its_place(harbor: Company, word: str) -> None:
    assert add_app(harbor, replace(BOARD, name=word), NOW).company.all_apps["board"].name == word


def test_what_the_file_can_not_hold_is_said_as_a_check_says_it(harbor: Company) -> None:
    with pytest.raises(FolderError, match="has a path"):
        add_app(harbor, replace(BOARD, url="http://10.0.0.5/wiki"), NOW)


def test_an_app_that_signs_people_in_by_itself_has_no_host_of_limens(harbor: Company) -> None:
    back = "https://board.harbor.example/login/generic_oauth"
    asked = replace(
        BOARD, url="https://board.harbor.example/", redirect_uri=back, groups=("sales",), label="confidential"
    )
    done = add_app(harbor, asked, NOW)
    app = done.company.all_apps["board"]
    assert app.oidc is not None
    assert (app.oidc.redirect_uris, app.url, app.host, app.onboarding_until) == ((back,), asked.url, "", 0)
    assert 'action == Action::"view"' in done.changed[POLICY_FILE]
    with pytest.raises(FolderError):
        add_app(harbor, replace(asked, redirect_uri="http://board.harbor.example/"), NOW)
