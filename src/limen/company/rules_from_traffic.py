"""Action rules and public routes made from the traffic of an app: what is proposed, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from limen.company.apps_text import with_public, with_rule
from limen.company.candidate import candidate
from limen.company.company import Company
from limen.company.folder import APPS
from limen.company.routes import RouteError, read_route
from limen.errors import LimenError
from limen.facts import ACTIONS, ActionRule, App, PublicRoute
from limen.printable import is_printable

PUBLIC: Final = "public"
PICKED: Final = (*ACTIONS[:5], PUBLIC)
"""What a request can be made."""
MOST_PICKED: Final = 100
_WHY: Final = (3, 200)
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT", "SEARCH"})
_ADMINISTERING: Final = frozenset(
    {"admin", "administration", "settings", "users", "config", "configuration", "manage", "management", "setup"}
)
_SHARING: Final = frozenset({"share", "shares", "sharing", "invite", "invites", "invitations"})
_DOWNLOADING: Final = frozenset({"export", "exports", "download", "downloads", "attachment", "attachments"})
_OF_GIT: Final = {("POST", "git-upload-pack"): "view", ("POST", "git-receive-pack"): "edit"}
"""How git over https fetches (by a POST) and pushes."""
_FILES: Final = (".csv", ".zip", ".pdf", ".xlsx")


@dataclass(frozen=True, slots=True)
class Pick:
    """Requests by this method on paths of this pattern are to be `action`, or "public"."""

    method: str
    pattern: str
    action: str

    @property
    def route(self) -> str:
        return f"{self.method} {self.pattern}"


def proposed(method: str, pattern: str) -> str:
    """The action that such requests probably are, from their method and the words in their path."""
    words = [word.casefold() for word in _segments(pattern)]
    if words[-1:] and (of_git := _OF_GIT.get((method, words[-1]))):
        return of_git
    if not _ADMINISTERING.isdisjoint(words):
        return "administer"
    if not _SHARING.isdisjoint(words):
        return "share"
    if method not in _READING:
        return "edit"
    is_file = bool(words) and words[-1].endswith(_FILES)
    return "download" if is_file or not _DOWNLOADING.isdisjoint(words) else "view"


def rules_on(app: App, method: str, pattern: str) -> tuple[ActionRule | PublicRoute, ...]:
    """The public routes and rules that hold for all such requests, public ones and the strictest first."""
    ordered = sorted(app.rules, key=lambda rule: -ACTIONS.index(rule.action))
    written: tuple[ActionRule | PublicRoute, ...] = (*app.public, *ordered)
    return tuple(one for one in written if _fits(one, method) and covers(one.pattern, pattern))


def pick(company: Company, app_id: str, picks: Sequence[Pick], why: str) -> Company:
    """The company with these rules and routes in apps.yaml. `why` is what public routes are declared with.

    Raises `LimenError` for what is picked wrongly, and where apps.yaml is written so that nothing can be added.
    """
    app = next((one for one in company.apps if one.id == app_id), None)
    if app is None:
        raise LimenError("this app is not in apps.yaml", "add it first")
    if not picks or len(picks) > MOST_PICKED:
        raise LimenError(
            "nothing was selected" if not picks else "too many were selected", f"select 1 to {MOST_PICKED}"
        )
    text, wanted = company.files.get(APPS, ""), app
    for one in dict.fromkeys(picks):
        _refuse(app, one, why)
        if _holds_already(wanted, one):
            continue
        wanted = _with(wanted, one, why)
        if one.action == PUBLIC:
            text = with_public(text, app_id, one.route, why)
        else:
            text = with_rule(text, app_id, one.action, one.route)
    if wanted == app:
        raise LimenError("broader rules already cover everything selected", "choose another action")
    after = candidate(company, {APPS: text})
    if not _is_as_wanted(company, after, wanted):
        raise LimenError(
            "apps.yaml has a structure that can't be extended automatically", "write the rule there by hand"
        )
    return after


def covers(wide: str, narrow: str) -> bool:
    """Does every path of `narrow` match `wide`?"""
    some, others = _segments(wide), _segments(narrow)
    if some[-1:] == ("**",):
        some = some[:-1]
        return len(others) >= len(some) and all(map(_takes_in, some, others))
    return len(some) == len(others) and all(map(_takes_in, some, others))


def overlaps(one: str, other: str) -> bool:
    """Is there a path that matches both? Upper and lower case are one here, as they are to some apps."""
    some, others = _segments(one.casefold()), _segments(other.casefold())
    for place in range(max(len(some), len(others))):
        left, right = some[place : place + 1], others[place : place + 1]
        if "**" in (*left, *right):
            return True
        if not left or not right:
            return (some[place:] or others[place:]) == ("**",)
        if left != right and "*" not in (*left, *right):
            return False
    return True


def _takes_in(wide: str, narrow: str) -> bool:
    return narrow != "**" and wide in ("*", narrow)


def _segments(pattern: str) -> tuple[str, ...]:
    return tuple(segment for segment in pattern.split("/") if segment)


def _fits(written: ActionRule | PublicRoute, method: str) -> bool:
    return not written.methods or method in written.methods or (method == "HEAD" and "GET" in written.methods)


def _refuse(app: App, one: Pick, why: str) -> None:
    if one.action not in PICKED:
        raise LimenError("there is no such action", f"choose one of {', '.join(PICKED)}")
    try:
        read_route(one.route)
    except RouteError as wrong:
        raise LimenError(wrong.what, wrong.fix) from None
    if one.action == PUBLIC:
        _refuse_public(app, one, why)
        return
    for rule in rules_on(app, one.method, one.pattern):
        if isinstance(rule, PublicRoute):
            what = f"`{one.route}` is already public, through `{rule.pattern}`"
            raise LimenError(what, "remove that public route from apps.yaml first")
        if ACTIONS.index(rule.action) > ACTIONS.index(one.action) and _segments(rule.pattern) != ("**",):
            what = f"`{one.route}` is {rule.action} already, through `{rule.pattern}`, and the strictest rule applies"
            raise LimenError(what, "remove that rule from apps.yaml first, or choose the same action")


def _refuse_public(app: App, one: Pick, why: str) -> None:
    """What is public is let through before any rule is looked at: it must be named, and take in no stricter rule's."""
    if one.method not in {"GET", "HEAD"}:
        raise LimenError(
            f"`{one.route}` changes something, so it can't be public", "select routes that only read (GET)"
        )
    if one.pattern != "/" and _segments(one.pattern)[:1] in {("*",), ("**",)}:
        raise LimenError(f"`{one.route}` would make nearly everything public", "give a longer path prefix")
    if not _WHY[0] <= len(why) <= _WHY[1] or not is_printable(why):
        raise LimenError(
            "a public route needs a reason", f"explain in {_WHY[0]} to {_WHY[1]} characters why anyone may see it"
        )
    for rule in app.rules:
        is_stricter = rule.action != "view" and _segments(rule.pattern) != ("**",)
        if is_stricter and _fits(rule, one.method) and overlaps(rule.pattern, one.pattern):
            what = f"`{one.route}` would make public what `{rule.pattern}` maps to {rule.action}"
            raise LimenError(what, "select a narrower path, or change that rule in apps.yaml first")


def _holds_already(app: App, one: Pick) -> bool:
    """Is the strictest rule on all such requests of this very action? Then another line would say nothing."""
    strictest = next(iter(rules_on(app, one.method, one.pattern)), None)
    if isinstance(strictest, ActionRule):
        return strictest.action == one.action
    if strictest is None or one.action != PUBLIC:
        return False
    is_page = strictest.pattern.endswith("/") == one.pattern.endswith("/")  # to an app these are two pages
    return is_page or strictest.pattern.endswith("**")


def _with(app: App, one: Pick, why: str) -> App:
    route = read_route(one.route)
    if one.action == PUBLIC:
        return replace(app, public=(*app.public, PublicRoute(route.methods, route.pattern, why)))
    return replace(app, rules=(*app.rules, ActionRule(one.action, route.methods, route.pattern)))


def _is_as_wanted(before: Company, after: Company, wanted: App) -> bool:
    """Is the company after it the one before, but for the rules that were picked?"""
    return {_unordered(one) for one in after.apps} == {
        _unordered(wanted if one.id == wanted.id else one) for one in before.apps
    }


def _unordered(app: App) -> tuple[App, tuple[object, ...]]:
    """The order in which rules are written means nothing."""
    return replace(app, rules=(), public=()), (frozenset(app.rules), frozenset(app.public))


def named(rules: Iterable[ActionRule | PublicRoute]) -> tuple[str, ...]:
    """`view /**`, as a page says it."""
    return tuple(f"{one.action if isinstance(one, ActionRule) else PUBLIC} {one.pattern}" for one in rules)
