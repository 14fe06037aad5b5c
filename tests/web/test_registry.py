"""What page modules declare, held against what they answer: whatever does not fit is refused, with its name."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi import APIRouter
from starlette.routing import Mount

from limen.policy.roles import CONSOLE
from limen.web import authzen, console
from limen.web.build import declared, page_modules
from limen.web.page import GROUPS, PORTAL, Declared, Menu, Page, Route, Shortcut
from limen.web.pages import TEMPLATES
from limen.web.permissions import CHANGE, HELP, READ, SEE_PEOPLE, VIEW
from limen.web.registry import METHODS, PageError, discover, in_order, registered, routes_of, specific_first

DEVICES = Page("/console/devices", "Devices", READ, Menu("Know", 12, "people"))


def module(*pages: Declared, answers: tuple[tuple[str, str], ...] = (), name: str = "harbor.devices") -> ModuleType:
    """A page module that declares `pages` and answers (method, path)."""

    def routes(_site: object) -> APIRouter:
        router = APIRouter()
        for method, path in answers:
            router.add_api_route(path, lambda: None, methods=[method])
        return router

    made = ModuleType(name)
    made.PAGES = pages  # type: ignore[attr-defined]
    made.routes = routes  # type: ignore[attr-defined]
    return made


def refusal(*modules: ModuleType) -> str:
    with pytest.raises(PageError) as refused:
        registered(modules, TEMPLATES)
    return refused.value.what


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        (Page("/console/x", "X", ("adminster",)), "names the permission 'adminster'"),
        (Route("POST", "/x", ("views",)), "names the permission 'views'"),
        (Route("POST", "/x", "view"), "no tuple"),  # type: ignore[arg-type]
        (Route("POST", "/x"), "either a permission, or a reason"),
        (Route("POST", "/x", VIEW, undecided="both"), "either a permission, or a reason"),
        (Route("GET", "/console/x", undecided="I forgot"), "everything is decided"),
        (Route("GET", "/console/x", VIEW), "opens to employees"),
        (Route("GET", "/console/x", (*READ, *VIEW)), "opens to employees"),
        (Route("GET", "/console/x", ("audit",)), "'administer' last"),
        (Route("GET", "/console/x", ("administer", "audit")), "'administer' last"),
        (Route("POST", "/console/x", READ), "only reads"),
        (Route("DELETE", "/x", VIEW), "'DELETE'"),
        (Route("GET", "x", VIEW), "no path"),
        (Route("GET", "/x?y=1", VIEW), "no path"),
        (Route("POST", "/x/{y}", VIEW, max_body_bytes=2**20), "at a path with parameters"),
        (Page("/console/x", "X", READ, Menu("Known", 12, "people")), "the group 'Known'"),
        (Page("/console/x", "X", READ, Menu("Know", 12, "peple")), "the icon 'peple'"),
        (Page("/console/x", "X", READ, Menu("Know", 12)), "the icon ''"),
        (Page("/x", "X", VIEW, Menu("Know", 12, "people")), "the group 'Know'"),
        (Page("/console/x", "X", READ, Menu("Portal", 12)), "the group 'Portal'"),
        (Page("/console/x/{id}", "X", READ), "has parameters"),
        (Page("/console/x", "", READ), "is called ''"),
        (Shortcut("/console/devices", "Lost ones"), "no page with a query"),
        (Shortcut("/console/nowhere?lost=1", "Lost ones"), "no page with a query"),
        (Shortcut("/console/devices?lost=1", "Devices"), "is called 'Devices' like /console/devices"),
    ],
)
def test_what_is_wrongly_declared_is_refused_with_module_path_and_reason(page: Any, wrong: str) -> None:
    said = refusal(module(DEVICES, page))
    assert said.startswith("harbor.devices: ")
    assert page.path in said
    assert wrong in said


def test_two_modules_that_claim_one_method_and_path_are_both_named() -> None:
    mine, theirs = module(Route("GET", "/x/{a}", VIEW)), module(Route("GET", "/x/{b}", VIEW), name="harbor.other")
    said = refusal(mine, theirs)
    assert "harbor.other: GET /x/{b}" in said
    assert "harbor.devices" in said
    registered([mine, module(Route("POST", "/x/{b}", VIEW), name="harbor.other")], TEMPLATES)
    assert "claimed by limen.web.authzen" in refusal(authzen, module(Route("POST", "/access/v1/evaluation", VIEW)))


def test_what_is_no_page_module_is_refused() -> None:
    empty = ModuleType("harbor.empty")
    assert refusal(empty).startswith("harbor.empty")
    empty.PAGES = [DEVICES]  # type: ignore[attr-defined]
    assert refusal(empty).startswith("harbor.empty")
    empty.PAGES = (DEVICES,)  # type: ignore[attr-defined]
    with pytest.raises(PageError, match=r"harbor\.empty has no function routes"):
        routes_of(empty, None)


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ((), "GET /console/devices is declared and not answered"),
        (
            (("GET", "/console/devices"), ("POST", "/console/devices")),
            "POST /console/devices is answered and not declared",
        ),
        ((("GET", "/console/devices"), ("GET", "/console/devices")), "GET /console/devices is answered twice"),
        ((("GET", "/console/devices"), ("GET", "/else")), "GET /else is answered and not declared"),
    ],
)
def test_what_is_answered_and_what_is_declared_must_be_the_same(
    answers: tuple[tuple[str, str], ...], wrong: str
) -> None:
    with pytest.raises(PageError) as refused:
        routes_of(module(DEVICES, answers=answers), None)
    assert refused.value.what == f"harbor.devices: {wrong}"
    assert [one.path for one in routes_of(module(DEVICES, answers=(("GET", DEVICES.path),)), None)] == [DEVICES.path]


def test_what_answers_more_than_one_path_can_not_be_declared() -> None:
    hidden = module(DEVICES)
    hidden.routes = lambda _site: APIRouter(routes=[Mount("/console/devices", APIRouter())])  # type: ignore[attr-defined]
    with pytest.raises(PageError, match="no plain route"):
        routes_of(hidden, None)


def test_a_folder_of_templates_must_be_there_and_may_hide_no_template_of_another(tmp_path: Path) -> None:
    mine = module(DEVICES)
    mine.TEMPLATES = tmp_path / "not-there"  # type: ignore[attr-defined]
    assert "not-there" in refusal(mine)
    mine.TEMPLATES = tmp_path  # type: ignore[attr-defined]
    (tmp_path / "devices.html").write_text("")
    assert registered([mine], TEMPLATES).templates == (TEMPLATES, tmp_path)
    (tmp_path / "console").mkdir()
    (tmp_path / "console/_layout.html").write_text("")
    assert "console/_layout.html is a template of limen.web, too" in refusal(mine)


def test_a_menu_holds_what_opens_and_no_empty_group() -> None:
    everything = declared()
    menus = {group: [page.path for page in pages] for group, pages in everything.menu(CONSOLE | {*VIEW}).items()}
    assert menus == {
        "Watch": ["/console", "/console/decisions", "/console/connections"],
        "Decide": ["/console/policies", "/console/what-if"],
        "Know": [
            "/console/people",
            "/console/departures",
            "/console/people/sources",
            "/console/identities",
            "/console/apps",
            "/console/factors",
            "/console/shared-accounts",
            "/console/workloads",
        ],
        "Improve": [
            "/console/roadmap",
            "/console/probes",
            "/console/doctor",
            "/console/settings",
            "/console/backups",
            "/console/privacy",
            "/console/workers",
        ],
    }
    assert everything.menu(frozenset({"audit"})) == everything.menu(CONSOLE)
    assert {
        group: [page.path for page in pages] for group, pages in everything.menu(frozenset({"support"})).items()
    } == {"Know": ["/console/people", "/console/people/sources"]}
    assert everything.menu(frozenset()) == {}
    portal = everything.menu(frozenset(VIEW), (PORTAL,))[PORTAL]
    assert [page.path for page in portal] == ["/", "/passkeys", "/sessions", "/tokens", "/access"]


def test_places_are_what_opens_with_each_shortcut_behind_its_page() -> None:
    everything = declared()
    paths = [one.path for one in everything.places(CONSOLE | {*VIEW})]
    assert len(paths) == len(set(paths))
    assert paths.index("/console/decisions") + 1 == paths.index("/console/decisions?effect=refused")
    assert [one.path for one in everything.places(frozenset({"support"}))] == [
        "/console/people",
        "/console/people?show=without-passkey",
        "/console/people/sources",
        "/console/people/sources/directories",
    ]
    assert not list(everything.places(frozenset()))


@pytest.mark.parametrize(
    ("address", "entry"),
    [
        ("/console", "/console"),
        ("/console/find", ""),
        ("/console/people?show=invited", "/console/people"),
        ("/console/people/p_1/erase", "/console/people"),
        ("/console/peoples", ""),
        ("/", "/"),
        ("/tokens/new", "/tokens"),
        ("/records", "/records"),
        ("/sign-in", ""),
    ],
)
def test_an_address_belongs_to_the_nearest_page_of_a_menu_above_it(address: str, entry: str) -> None:
    assert declared().entry(address) == entry


def test_an_undeclared_route_has_no_permission_rather_than_some() -> None:
    everything = declared()
    assert everything.permission("POST", "/console/people/{person_id}/sessions/end") == HELP
    for method, path in (("GET", "/console/else"), ("DELETE", "/console"), ("GET", "/sign-in")):
        with pytest.raises(LookupError):
            everything.permission(method, path)


def test_reading_changes_nothing_and_only_a_list_of_people_may_be_large() -> None:
    everything = declared()
    permissions = {(route.method, route.permission) for route in everything.routes.values() if route.permission}
    assert permissions <= {("GET", one) for one in (READ, SEE_PEOPLE, CHANGE, VIEW)} | {
        ("POST", one) for one in (HELP, CHANGE, VIEW)
    }
    assert {route.method for route in everything.routes.values()} == METHODS
    assert list(everything.larger_bodies) == ["/console/import", "/console/people/import"]
    assert {page.menu.group for page in everything.pages if page.menu} <= {*GROUPS}


def test_page_modules_are_found_and_parts_of_pages_are_not() -> None:
    names = [one.__name__.removeprefix("limen.web.console.") for one in discover(console)]
    assert {"people", "find", "live"} <= set(names)
    assert not {"rows", "undo", "drafts"} & set(names)
    assert len(page_modules()) > len(names)


def test_a_path_that_names_more_is_tried_first() -> None:
    paths = ["/a/{x}", "/a/b", "/{rest:path}", "/a/{x}/c", "/a/b/{y}"]
    made = routes_of(module(*(Route("GET", p, VIEW) for p in paths), answers=tuple(("GET", p) for p in paths)), None)
    tried = [route.path for route in sorted(made, key=specific_first)]
    assert tried.index("/a/b") < tried.index("/a/{x}")
    assert tried.index("/a/b/{y}") < tried.index("/a/{x}/c")
    assert tried[-1] == "/{rest:path}"


def test_what_programs_ask_all_day_is_tried_before_every_page() -> None:
    asked = module(Route("POST", "/z/token", undecided="theirs", by_programs=True), answers=(("POST", "/z/token"),))
    pages = module(Route("GET", "/a", VIEW), answers=(("GET", "/a"),))
    made = [*routes_of(pages, None), *routes_of(asked, None)]
    assert [route.path for route in in_order(made, registered([pages, asked], Path()))] == ["/z/token", "/a"]
    with pytest.raises(PageError):
        registered([module(Route("POST", "/z/{x}", undecided="theirs", by_programs=True))], Path())
