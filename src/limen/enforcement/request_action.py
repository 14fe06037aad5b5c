"""Which action a request is: method and path against the app's rules, and always the strictest that fits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from limen.enforcement import paths
from limen.facts import ACTIONS, ActionRule, App, PublicRoute
from limen.policy.decision import Request

STRICTNESS = {action: rank for rank, action in enumerate(ACTIONS[:5])}
REFUSED_METHODS = frozenset({"TRACE", "TRACK", "CONNECT"})
ROUTES_KEPT = 4_096
"""Of all apps together: whoever asks for ever new paths takes no memory."""
LONGEST_KEPT_BYTES = 256

_DISCOVERY = b"/info/refs"
_PUSH = b"service=git-receive-pack"
_METHOD_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ-")
_ANY_METHOD = frozenset({"GET", "POST"})
_READING = frozenset({"GET", "HEAD"})
_DEEPEST = 32
"""Segments that stand for any rest: more than the `*` of any rule in one line."""
NO_RULE = "(no rule)"
"""The route of what matches none of an app's rules."""


class MethodRefusedError(ValueError):
    """Not a method that may reach an app: malformed, or one that asks for a tunnel or an echo."""


@dataclass(frozen=True, slots=True)
class Route:
    """What a method and path came to: the request a decision is asked about, and whether it is declared public.

    `stays_open`: declared under `streams`. `is_for_the_gateway`: only it may carry such a request, as it is one of
    those, or signs people in there. `is_closed`: nobody may ask for it with the account that people share there,
    or sign in with that: wrong tries would lock it for everybody.
    """

    request: Request
    path: str
    public: PublicRoute | None = None
    stays_open: bool = False
    is_for_the_gateway: bool = False
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class _Pattern:
    """`*` is one segment, a last `**` any rest; a slash at the end means nothing."""

    segments: tuple[str, ...]
    any_rest: bool

    @classmethod
    def parse(cls, text: str) -> _Pattern:
        segments = tuple(segment for segment in text.split("/") if segment)
        if segments and segments[-1] == "**":
            return cls(segments[:-1], any_rest=True)
        return cls(segments, any_rest=False)

    def folded(self) -> _Pattern:
        return _Pattern(tuple(segment.casefold() for segment in self.segments), self.any_rest)

    def matches(self, segments: tuple[str, ...]) -> bool:
        if len(segments) < len(self.segments) or (len(segments) > len(self.segments) and not self.any_rest):
            return False
        return all(want in ("*", got) for want, got in zip(self.segments, segments, strict=False))


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: ActionRule
    pattern: _Pattern
    folded: _Pattern


class Kept:
    """What the rules of all apps said of methods and paths, until it is too much; then all of it is forgotten."""

    __slots__ = ("_memos", "_number")

    def __init__(self) -> None:
        self._memos: list[dict[tuple[bytes, bytes], Route]] = []
        self._number = 0

    def of_an_app(self) -> dict[tuple[bytes, bytes], Route]:
        """Room for what one app's rules say. Call `make_room` before each addition."""
        memo: dict[tuple[bytes, bytes], Route] = {}
        self._memos.append(memo)
        return memo

    def make_room(self) -> None:
        self._number += 1
        if self._number > ROUTES_KEPT:
            self._number = 1
            for memo in self._memos:
                memo.clear()


@dataclass(slots=True)
class Routes:
    """An app's rules, compiled once; what they say of a method and path is kept, as it can't change."""

    app: App
    kept: Kept = field(default_factory=Kept)
    fallback: str = field(init=False)
    _rules: tuple[_Compiled, ...] = field(init=False)
    _public: tuple[tuple[PublicRoute, _Pattern], ...] = field(init=False)
    _streams: tuple[_Pattern, ...] = field(init=False)
    _closed: tuple[_Pattern, ...] = field(init=False)
    _signs_in: tuple[_Pattern, ...] = field(init=False)
    _memo: dict[tuple[bytes, bytes], Route] = field(init=False)
    _requests: dict[Request, Request] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._memo = self.kept.of_an_app()
        compiled = []
        for rule in self.app.rules:
            pattern = _Pattern.parse(rule.pattern)
            compiled.append(_Compiled(rule, pattern, pattern.folded()))
        self._rules = tuple(compiled)
        self._public = tuple((route, _Pattern.parse(route.pattern)) for route in self.app.public)
        self._streams = tuple(_Pattern.parse(pattern).folded() for pattern in self.app.streams)
        account = self.app.account
        never = account.never if account is not None else ()
        self._closed = tuple(_Pattern.parse(pattern).folded() for pattern in never)
        signs_in = account.sign_in.partition("?")[0] if account is not None else ""
        self._signs_in = (_Pattern.parse(signs_in).folded(),) if signs_in else ()
        named = [rule.action for rule in self.app.rules]
        self.fallback = max(named, key=STRICTNESS.__getitem__, default="administer")

    def route(self, method: bytes, target: bytes) -> Route:
        """What `method` on `target` is.

        Raises MethodRefusedError or paths.PathRefusedError: such a request is refused without a decision.
        """
        path, mark, query = target.partition(b"?")
        if mark and _PUSH in query and path.endswith(_DISCOVERY):
            return self._as_the_push(method, path, target)
        found = self._memo.get((method, path))
        if found is not None and (not mark or (len(target) <= paths.MAX_TARGET_BYTES and b"#" not in target)):
            return found
        return self._read(method, path, target)

    def every_request(self) -> tuple[Request, ...]:
        """What requests to this app can come to: for each rule and method what a path comes to that is its alone.

        A rule that another one always goes before is not among them: no request ever comes to it. What "any method" is
        stands as GET and POST.
        """
        found: dict[Request, None] = {}
        for rule in self.app.rules:
            for method in sorted(rule.methods or _ANY_METHOD):
                try:
                    request = self.route(method.encode(), _path_of(rule.pattern)).request
                except (MethodRefusedError, paths.PathRefusedError):
                    continue
                found[request] = None
        for method in sorted(_ANY_METHOD):
            found[Request(self.fallback, method, NO_RULE, self.app.host)] = None
        return tuple(found)

    def _read(self, method: bytes, path: bytes, target: bytes) -> Route:
        route = self._judge(_method(method), paths.read(target, opts_in_encoded=self.app.opts_in_encoded_paths))
        if len(path) <= LONGEST_KEPT_BYTES:
            self.kept.make_room()
            self._memo[method, path] = route
        return route

    def _as_the_push(self, method: bytes, path: bytes, target: bytes) -> Route:
        """Git asks what there is before it pushes. That is decided as the push itself where that is stricter: only of
        this request's refusal does git show the reason, and nothing is uploaded in vain.
        """
        own = self._read(method, path, target)
        push = self.route(b"POST", path.removesuffix(_DISCOVERY) + b"/git-receive-pack").request.action
        if STRICTNESS[push] <= STRICTNESS[own.request.action]:
            return own
        return replace(own, request=replace(own.request, action=push))

    def _judge(self, method: str, readings: paths.Readings) -> Route:
        judged = [self._strictest(method, _segments(path)) for path in readings.paths]
        action, pattern = max(judged, key=lambda found: STRICTNESS[found[0]])
        asked = Request(action=action, method=method, route=pattern, host=self.app.host)
        if len(self._requests) >= ROUTES_KEPT:
            self._requests.clear()
        request = self._requests.setdefault(asked, asked)  # one value for all paths of a pattern: equal ones fold
        stays_open = _is_any(self._streams, readings)
        return Route(
            request,
            readings.paths[0],
            self._declared_public(method, readings),
            stays_open=stays_open,
            is_for_the_gateway=stays_open or self.app.account is not None,
            is_closed=_is_any(self._closed, readings) or (method not in _READING and _is_any(self._signs_in, readings)),
        )

    def _strictest(self, method: str, segments: tuple[str, ...]) -> tuple[str, str]:
        """The strictest rule that fits; one that fits only when case is ignored can tighten, never loosen."""
        folded = tuple(segment.casefold() for segment in segments)
        exact = [c.rule for c in self._rules if _fits(c.rule.methods, method) and c.pattern.matches(segments)]
        loose = [c.rule for c in self._rules if _fits(c.rule.methods, method) and c.folded.matches(folded)]
        if not exact:
            return self.fallback, NO_RULE
        strictest = max(exact + loose, key=lambda rule: STRICTNESS[rule.action])
        return strictest.action, strictest.pattern

    def _declared_public(self, method: str, readings: paths.Readings) -> PublicRoute | None:
        """A public route opens only what every reading of the path agrees on."""
        for route, pattern in self._public:
            if _fits(route.methods, method) and all(_is_public(route, pattern, path) for path in readings.paths):
                return route
        return None


def _is_any(patterns: tuple[_Pattern, ...], readings: paths.Readings) -> bool:
    """Whether any reading of the path, in any case of its letters, is one of these."""
    if not patterns:
        return False
    read = [_segments(path.casefold()) for path in readings.paths]
    return any(pattern.matches(segments) for pattern in patterns for segments in read)


def _is_public(route: PublicRoute, pattern: _Pattern, path: str) -> bool:
    """Whether the declaration means this very path: to an app a slash at the end may be another page."""
    return pattern.matches(_segments(path)) and (pattern.any_rest or path.endswith("/") == route.pattern.endswith("/"))


def _method(method: bytes) -> str:
    text = method.decode("latin-1")
    if not text or len(text) > 32 or not _METHOD_CHARACTERS.issuperset(text) or text in REFUSED_METHODS:
        raise MethodRefusedError
    return text


def _path_of(pattern: str) -> bytes:
    """A path that matches this pattern, and of others only those that match whatever it does."""
    segments = [{"*": "~", "**": "/".join("~" * _DEEPEST)}.get(segment, segment) for segment in _segments(pattern)]
    return f"/{'/'.join(segments)}".encode()


def _segments(path: str) -> tuple[str, ...]:
    return tuple(segment for segment in path.split("/") if segment)


def _fits(methods: frozenset[str], method: str) -> bool:
    return not methods or method in methods or (method == "HEAD" and "GET" in methods)
