"""What all page modules declare, held against what they answer, and everything that is derived from it.

Built once, at the start: whatever does not fit stops it. So a page that nobody gave a permission is never served, and
one that is served stands in its menu, in the command palette and in the tests that walk through every page.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Final, NamedTuple

from fastapi.routing import APIRoute

from limen.errors import LimenError
from limen.policy.roles import ADMINISTER, AUDIT, CONSOLE
from limen.web import drawing
from limen.web.page import CONSOLE_GROUPS, CONSOLE_START, GROUPS, MAX_BODY_BYTES, Declared, Page, Route, Shortcut
from limen.web.permissions import VIEW, Permission

METHODS: Final = frozenset({"GET", "POST"})
_PARAMETER: Final = re.compile(r"\{[^}:]*")
_FIX: Final = "mend PAGES in this module"

Key = tuple[str, str]
"""A method and a path as it is declared, with its parameters."""


class PageError(LimenError):
    """A page module that can't be served as it is."""

    def __init__(self, module: str, at: str, wrong: str, fix: str = _FIX) -> None:
        super().__init__(f"{module}: {at} {wrong}" if at else f"{module} {wrong}", fix)


class Entry(NamedTuple):
    """A page as a menu shows it."""

    path: str
    title: str
    icon: str


@dataclass(frozen=True, slots=True)
class Registry:
    """Every declared route by method and path, every page in the order of the menus, and where templates are."""

    routes: Mapping[Key, Route]
    pages: tuple[Page, ...]
    shortcuts: tuple[Shortcut, ...]
    templates: tuple[Path, ...]

    def permission(self, method: str, path: str) -> Permission:
        """Which actions open this route. Raises LookupError where nobody declared it, or nothing is decided there."""
        permission = self.routes[method, path].permission
        if not permission:
            raise LookupError(f"{method} {path} is not decided")
        return permission

    def menu(self, may: frozenset[str], groups: Sequence[str] = CONSOLE_GROUPS) -> dict[str, list[Entry]]:
        """What somebody who may do these things finds in the menus of these groups; no group without anything."""
        menus: dict[str, list[Entry]] = {}
        for page in self.pages:
            if page.menu and page.menu.group in groups and may & {*page.permission}:
                entry = Entry(page.path, page.menu.title or page.title, page.menu.icon)
                menus.setdefault(page.menu.group, []).append(entry)
        return menus

    def places(self, may: frozenset[str]) -> Iterator[Page | Shortcut]:
        """Every page that can be gone to by somebody who may do these things, each followed by its shortcuts."""
        for page in self.pages:
            if may & {*page.permission}:
                yield page
                yield from (one for one in self.shortcuts if _page_of(one) == page.path)

    def entry(self, address: str) -> str:
        """The path of the menu's page that an address belongs to: itself, or the nearest above it; "" where none is.

        The console's first page stands above none.
        """
        path = address.partition("?")[0]
        named = [one.path for one in self.pages if one.menu]
        above = [one for one in named if path.startswith(one + "/") and one != CONSOLE_START]
        return path if path in named else max(above, key=len, default="")

    @property
    def larger_bodies(self) -> dict[str, int]:
        """The paths to which more may be sent than to others, and how many bytes."""
        return {one.path: one.max_body_bytes for one in self.routes.values() if one.max_body_bytes > MAX_BODY_BYTES}


def discover(*packages: ModuleType) -> list[ModuleType]:
    """The page modules directly in these packages: those that declare PAGES or have `routes`."""
    found = []
    for package in packages:
        for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(info.name)
            if hasattr(module, "PAGES") or hasattr(module, "routes"):
                found.append(module)
    return found


def registered(modules: Sequence[ModuleType], templates: Path) -> Registry:
    """What these modules declare together. `templates` is the folder of the pages that belong to the house.

    Raises PageError where a declaration is wrong in itself, or two modules claim the same.
    """
    declared = [(module, one) for module in modules for one in _declared(module)]
    routes: dict[Key, Route] = {}
    claims: dict[Key, str] = {}
    for module, one in declared:
        if isinstance(one, Shortcut):
            continue
        route = one.route if isinstance(one, Page) else one
        _check_route(module.__name__, route)
        if isinstance(one, Page):
            _check_page(module.__name__, one)
        claim = (route.method, _PARAMETER.sub("{", route.path))
        if claim in claims:
            raise PageError(module.__name__, _at(route), f"is claimed by {claims[claim]}, too", "choose another path")
        claims[claim] = module.__name__
        routes[route.method, route.path] = route
    pages = tuple(sorted((one for _, one in declared if isinstance(one, Page)), key=_place))
    shortcuts = tuple(one for _, one in declared if isinstance(one, Shortcut))
    titles: dict[str, str] = {}
    for module, one in declared:
        if isinstance(one, Route):
            continue
        if isinstance(one, Shortcut) and ("?" not in one.path or _page_of(one) not in {page.path for page in pages}):
            raise PageError(module.__name__, one.path, "is no page with a query")
        if not one.title or one.title in titles:
            raise PageError(
                module.__name__, one.path, f"is called {one.title!r} like {titles.get(one.title, 'nothing')}"
            )
        titles[one.title] = one.path
    return Registry(MappingProxyType(routes), pages, shortcuts, _folders(modules, templates))


def routes_of(module: ModuleType, site: object) -> list[APIRoute]:
    """What this module answers. Raises PageError unless that is what it declares: nothing less, and nothing else."""
    make = getattr(module, "routes", None)
    if not callable(make):
        raise PageError(module.__name__, "", "has no function routes(site)", "add it, or take PAGES away")
    declared = {
        (route.method, route.path)
        for one in _declared(module)
        if not isinstance(one, Shortcut)
        for route in (one.route if isinstance(one, Page) else one,)
    }
    found: list[APIRoute] = []
    for route in make(site).routes:
        if type(route) is not APIRoute:
            raise PageError(module.__name__, getattr(route, "path", ""), "is no plain route", "answer with a function")
        found.append(route)
    answered = [(method, route.path) for route in found for method in sorted(route.methods or ())]
    for key in answered:
        if key not in declared:
            raise PageError(module.__name__, " ".join(key), "is answered and not declared")
        if answered.count(key) > 1:
            raise PageError(module.__name__, " ".join(key), "is answered twice")
    for key in sorted(declared - {*answered}):
        raise PageError(module.__name__, " ".join(key), "is declared and not answered")
    return found


def in_order(routes: Iterable[APIRoute], registry: Registry) -> list[APIRoute]:
    """The order in which routes are tried, one after the other: what programs ask all day, then of two that fit an
    address the one that names more of it.
    """
    busy = {path for (_, path), route in registry.routes.items() if route.by_programs}
    return sorted(routes, key=lambda route: (route.path not in busy, specific_first(route)))


def specific_first(route: APIRoute) -> list[tuple[int, str]]:
    """Of two that fit an address, the one that names more of it."""
    return [(part.count("{") + part.count(":path}"), part) for part in route.path.split("/")]


def _declared(module: ModuleType) -> tuple[Declared, ...]:
    pages = getattr(module, "PAGES", None)
    if not isinstance(pages, tuple) or not all(isinstance(one, Page | Shortcut | Route) for one in pages):
        raise PageError(
            module.__name__, "", "has no tuple PAGES of Page, Shortcut and Route", "declare what it answers"
        )
    return pages


def _check_route(module: str, route: Route) -> None:
    def refuse(wrong: str) -> PageError:
        return PageError(module, _at(route), wrong)

    if route.method not in METHODS:
        raise refuse(f"has the method {route.method!r}, and only {' and '.join(sorted(METHODS))} are answered")
    if not route.path.startswith("/") or any(mark in route.path for mark in "?# "):
        raise refuse("has no path")
    if route.max_body_bytes > MAX_BODY_BYTES and "{" in route.path:
        raise refuse("takes more than others at a path with parameters")
    if route.by_programs and "{" in route.path:
        raise refuse("is tried before all others, and has parameters")
    if bool(route.permission) is bool(route.undecided):
        raise refuse("must have either a permission, or a reason why nothing is decided")
    if not isinstance(route.permission, tuple):
        raise refuse(f"has the permission {route.permission!r}, which is no tuple of actions")
    for action in route.permission:
        if action not in CONSOLE | {*VIEW}:
            raise refuse(f"names the permission {action!r}, which there is not")
    wrong = _wrong_in_console(route) if is_console(route.path) else ""
    if wrong:
        raise refuse(wrong)
    if route.method != "GET" and AUDIT in route.permission:
        raise refuse(f"opens to {AUDIT!r}, which only reads")


def is_console(path: str) -> bool:
    """Is this a page of the console?"""
    return path == CONSOLE_START or path.startswith(f"{CONSOLE_START}/")


def _wrong_in_console(route: Route) -> str:
    if route.undecided:
        return "is in the console, where everything is decided"
    if {*VIEW} & {*route.permission}:
        return "is in the console and opens to employees"
    if route.permission[-1] != ADMINISTER:
        return f"must name {ADMINISTER!r} last: it opens everything in the console"
    return ""


def _check_page(module: str, page: Page) -> None:
    def refuse(wrong: str) -> PageError:
        return PageError(module, page.path, wrong)

    if "{" in page.path:
        raise refuse("has parameters, so nobody can go to it by name: declare a Route")
    if not page.menu:
        return
    if page.menu.group not in GROUPS:
        raise refuse(f"stands in the group {page.menu.group!r}, which there is not: {', '.join(GROUPS)}")
    if (page.menu.group in CONSOLE_GROUPS) is not is_console(page.path):
        raise refuse(f"stands in the group {page.menu.group!r}, which is a menu of the other pages")
    if (page.menu.icon or page.menu.group in CONSOLE_GROUPS) and not drawing.is_icon(page.menu.icon):
        raise refuse(f"has the icon {page.menu.icon!r}, which is neither a name in drawing nor the path of one")


def _folders(modules: Sequence[ModuleType], own: Path) -> tuple[Path, ...]:
    """Where templates are looked for. No folder may hide a template of another one."""
    named: dict[str, str] = dict.fromkeys(_templates_in(own), "limen.web")
    folders = {own: "limen.web"}
    for module in modules:
        folder = getattr(module, "TEMPLATES", own)
        if folder in folders:
            continue
        if not isinstance(folder, Path) or not folder.is_dir():
            raise PageError(module.__name__, str(folder), "is no folder", "mend TEMPLATES in this module")
        folders[folder] = module.__name__
        for name in _templates_in(folder):
            if name in named:
                raise PageError(module.__name__, name, f"is a template of {named[name]}, too", "call it otherwise")
            named[name] = module.__name__
    return tuple(folders)


def _templates_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _place(page: Page) -> tuple[int, int, str]:
    """The order of menus and palette; what stands in no menu comes last."""
    return (GROUPS.index(page.menu.group), page.menu.order, page.title) if page.menu else (len(GROUPS), 0, page.title)


def _page_of(shortcut: Shortcut) -> str:
    return shortcut.path.partition("?")[0]


def _at(route: Route) -> str:
    return f"{route.method} {route.path}"
