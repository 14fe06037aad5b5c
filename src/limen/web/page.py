"""What a page module declares near its top, in the constant `PAGES`: where people can go, and what is only answered.

    PAGES: Final = (
        Page("/console/people", "People", SEE_PEOPLE, Menu("Know", 10, "people"), hint="employees, accounts"),
        Shortcut("/console/people?show=signed-in", "Signed in now", hint="live sessions"),
        Route("GET", "/console/people/{person_id}", SEE_PEOPLE),
        Route("POST", "/console/people/{person_id}/groups", CHANGE),
        Route("POST", "/sign-in", undecided="who comes here is not known yet"),
    )

    def routes(site: Site) -> APIRouter: ...

Who may come in, the menus, the command palette, the bounds of a body and the tests that walk through every page are
derived from it (`registry`). Limen does not start where the declaration and `routes` don't fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from limen.web.permissions import Permission

CONSOLE_START: Final = "/console"
CONSOLE_GROUPS: Final = ("Watch", "Decide", "Know", "Network", "Data", "Improve")
"""The headings of the console's menu, in their order."""
PORTAL: Final = "Portal"
PORTAL_FOOT: Final = "Portal's foot"
"""The bar at the top of an employee's pages, and the line below them."""
GROUPS: Final = (*CONSOLE_GROUPS, PORTAL, PORTAL_FOOT)

MAX_BODY_BYTES: Final = 64 * 1024
"""What a request to any route may send unless the route declares more."""
HTML: Final = "text/html"


@dataclass(frozen=True, slots=True)
class Route:
    """One method at one path (with its parameters, `{person_id}`), and who may use it.

    `permission` holds the actions on Limen any of which opens it. Where nothing can be decided it is left out, and
    `undecided` gives the reason instead. `media_type` is what a GET answers with when it is not a page. More than
    `MAX_BODY_BYTES` is read only at a path without parameters. `by_programs`: programs ask here all day, so it is
    looked for before the pages, and called without more ado where its function takes the `request` alone; only at a
    path without parameters. `does` says what sending a form there does, as its button would: such a form is kept over a
    fresh proof, and sent with one press after it (`carried_forms`). Without it people are told to select it again.
    `opens_to_enrol`: it opens also to whoever must set up a factor before anything else does.
    """

    method: str
    path: str
    permission: Permission = ()
    undecided: str = ""
    media_type: str = HTML
    max_body_bytes: int = MAX_BODY_BYTES
    by_programs: bool = False
    opens_to_enrol: bool = False
    does: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """Where a page stands in a menu: in which of `GROUPS`, by `order` among the others there, with which icon.

    `icon` is a name that `drawing` knows, or the `d` of an SVG path in a square of 24; pages of the console have one.
    `title` is what the menu calls the page where that is shorter than its own title.
    """

    group: str
    order: int
    icon: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that can be gone to by its title; it declares its GET, too. `hint` is what else it can be found by.

    What employees read in their menu is marked with `gettext_noop`.
    """

    path: str
    title: str
    permission: Permission
    menu: Menu | None = None
    hint: str = ""
    opens_to_enrol: bool = False

    @property
    def route(self) -> Route:
        return Route("GET", self.path, self.permission, opens_to_enrol=self.opens_to_enrol)


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A page with something chosen on it already: `path` has a query. Opens to whom the page opens."""

    path: str
    title: str
    hint: str = ""


Declared: TypeAlias = Page | Shortcut | Route
