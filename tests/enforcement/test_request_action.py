from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from limen.enforcement.paths import PathRefusedError
from limen.enforcement.request_action import NO_RULE, STRICTNESS, Kept, MethodRefusedError, Routes
from limen.facts import ActionRule, App, PublicRoute, Upstream

GET, POST, ANY = frozenset({"GET"}), frozenset({"POST"}), frozenset()


def routes(*rules: ActionRule, public=(), opts_in=False) -> Routes:
    return Routes(App("a", "A", "a.example", Upstream(""), rules=rules, public=public, opts_in_encoded_paths=opts_in))


VIEW, EDIT, ADMIN = (
    ActionRule("view", GET, "/**"),
    ActionRule("edit", POST, "/**"),
    ActionRule("administer", ANY, "/admin/**"),
)
USUAL = routes(VIEW, EDIT, ADMIN)


@pytest.mark.parametrize(
    ("method", "target", "action"),
    [
        (b"GET", b"/", "view"),
        (b"GET", b"/a/b?c", "view"),
        (b"HEAD", b"/a", "view"),
        (b"POST", b"/a", "edit"),
        (b"GET", b"/admin", "administer"),
        (b"GET", b"/admin/", "administer"),
        (b"GET", b"/admin/users/7", "administer"),
        (b"GET", b"/ADMIN/users", "administer"),
        (b"GET", b"/administrator", "view"),
        (b"PUT", b"/a", "administer"),
        (b"PROPFIND", b"/a", "administer"),
    ],
)
def test_the_strictest_rule_that_fits_names_the_action(method, target, action):
    assert USUAL.route(method, target).request.action == action


def test_the_order_of_rules_means_nothing():
    turned = routes(ADMIN, EDIT, VIEW)
    for target in (b"/", b"/admin/x"):
        assert turned.route(b"GET", target).request == USUAL.route(b"GET", target).request


def test_what_no_rule_fits_takes_the_strictest_action_the_app_names():
    assert routes(VIEW, EDIT).route(b"PUT", b"/").request.action == "edit"


def test_an_app_without_rules_is_administered():
    assert routes().route(b"GET", b"/").request.action == "administer"


def test_a_mild_rule_in_another_case_does_not_loosen():
    strict = routes(ActionRule("view", GET, "/docs/**"), ActionRule("administer", POST, "/**"))
    assert strict.route(b"GET", b"/docs/x").request.action == "view"
    assert strict.route(b"GET", b"/DOCS/x").request.action == "administer"


def test_a_star_is_one_segment():
    one = routes(ActionRule("view", GET, "/a/*/c"), ActionRule("edit", POST, "/**"))
    assert one.route(b"GET", b"/a/b/c").request.action == "view"
    assert one.route(b"GET", b"/a/c").request.action == "edit"
    assert one.route(b"GET", b"/a/b/b/c").request.action == "edit"


def test_the_route_for_the_record_is_the_pattern_never_the_path():
    request = USUAL.route(b"GET", b"/salaries/ana?secret=1").request
    assert (request.route, request.method, request.host) == ("/**", "GET", "a.example")


def test_a_public_route_opens_only_itself():
    one = routes(VIEW, public=(PublicRoute(GET, "/assets/**", "logo"),))
    assert one.route(b"GET", b"/assets/a.css").public is not None
    assert one.route(b"POST", b"/assets/a.css").public is None
    assert one.route(b"GET", b"/asset").public is None
    assert one.route(b"GET", b"/ASSETS/a.css").public is None


def test_an_app_that_opts_in_is_judged_by_the_strictest_reading():
    one = routes(VIEW, ADMIN, public=(PublicRoute(GET, "/assets/**", "logo"),), opts_in=True)
    assert one.route(b"GET", b"/files/a%2fb").request.action == "view"
    assert one.route(b"GET", b"/files/%2e%2e/admin/x").request.action == "administer"
    assert one.route(b"GET", b"/assets/%2e%2e%2fadmin").public is None


def test_what_git_asks_before_a_push_is_decided_as_the_push_where_that_is_stricter():
    push = ActionRule("edit", frozenset({"POST"}), "/*/git-receive-pack")
    one = routes(VIEW, push, ActionRule("administer", ANY, "/admin/**"), public=(PublicRoute(GET, "/open/**", "all"),))
    asked = b"/info/refs?service=git-receive-pack"
    for _ in range(2):
        assert one.route(b"GET", b"/tools.git" + asked).request.action == "edit"
        assert one.route(b"GET", b"/tools.git/info/refs?service=git-upload-pack").request.action == "view"
        assert one.route(b"GET", b"/tools.git/info/refs").request.action == "view"
    assert one.route(b"GET", b"/tools.git" + asked).request.method == "GET"
    assert one.route(b"GET", b"/admin/x" + asked).request.action == "administer"
    assert one.route(b"GET", b"/open/x" + asked).public is not None  # the push itself is not
    with pytest.raises(PathRefusedError):
        one.route(b"GET", b"/a/../b" + asked)


@pytest.mark.parametrize("method", [b"", b"get", b"TRACE", b"CONNECT", b"GET /", b"G\xc3\x84T", b"A" * 40, b"GET\r\n"])
def test_a_method_that_may_not_pass_is_refused(method):
    with pytest.raises(MethodRefusedError):
        USUAL.route(method, b"/")


def test_a_refusal_is_refused_again_and_what_is_kept_stays_bounded():
    one = routes(VIEW)
    for n in range(5_000):
        one.route(b"GET", b"/%d" % n)
    assert len(one._memo) <= 4_096
    for _ in range(2):
        with pytest.raises(PathRefusedError):
            one.route(b"GET", b"/a/../b")
    with pytest.raises(PathRefusedError):
        one.route(b"GET", b"/1?" + b"a" * 9_000)


@given(
    st.lists(st.sampled_from(["/**", "/a/**", "/a/*", "/A/b", "/*"]), max_size=4),
    st.sampled_from([b"/a/b", b"/a", b"/A/B", b"/c"]),
)
def test_one_more_rule_stricter_than_all_others_never_loosens(patterns, target):
    rules = [ActionRule("view", GET, pattern) for pattern in patterns]
    before = routes(VIEW, *rules).route(b"GET", target).request.action
    after = routes(VIEW, *rules, ActionRule("share", ANY, "/a/**")).route(b"GET", target).request.action
    assert STRICTNESS[after] >= STRICTNESS[before]


def test_what_is_kept_is_bounded_over_all_apps_together():
    kept = Kept()
    every = [Routes(App(f"a{n}", "A", f"a{n}.example", Upstream("")), kept) for n in range(9)]
    for number in range(9_000):
        every[number % 9].route(b"GET", b"/%d" % number)
        assert sum(len(one._memo) for one in every) <= 4_096
    assert every[0].route(b"GET", b"/8991") is every[0].route(b"GET", b"/8991")


@pytest.mark.parametrize(
    ("target", "stays_open"),
    [
        (b"/events", True),
        (b"/events/a/b?since=1", True),
        (b"/EVENTS/a", True),
        (b"/%65vents", True),
        (b"/eventsx", False),
        (b"/a/events", False),
        (b"/live", True),
        (b"/live/", True),
        (b"/live/a", False),
    ],
)
def test_a_declared_stream_is_one_in_every_spelling(target, stays_open) -> None:
    app = App("a", "A", "a.example", Upstream(""), rules=(VIEW,), streams=("/events/**", "/live"))
    read = Routes(app)
    assert [read.route(b"GET", target).stays_open for _ in range(2)] == [stays_open] * 2, "read, and remembered"
    assert USUAL.route(b"GET", b"/events").stays_open is False


def test_with_encoded_paths_any_reading_is_enough() -> None:
    app = App("a", "A", "a.example", Upstream(""), rules=(VIEW,), streams=("/events/**",), opts_in_encoded_paths=True)
    assert Routes(app).route(b"GET", b"/x/..%2fevents").stays_open


def test_every_kind_of_request_is_named_and_none_that_a_stricter_or_earlier_rule_always_goes_before():
    one = ActionRule("view", GET, "/plans/*")
    hidden = ActionRule("view", GET, "/admin/logs"), ActionRule("view", GET, "/drafts/**")
    found = routes(one, VIEW, EDIT, ADMIN, *hidden).every_request()
    assert {(request.action, request.method, request.route) for request in found} == {
        ("view", "GET", "/plans/*"),
        ("view", "GET", "/**"),
        ("edit", "POST", "/**"),
        ("administer", "GET", "/admin/**"),
        ("administer", "POST", "/admin/**"),
        ("administer", "GET", NO_RULE),
        ("administer", "POST", NO_RULE),
    }


def test_a_kind_of_request_is_what_a_request_comes_to():
    app = routes(VIEW, EDIT, ADMIN, ActionRule("view", GET, "/plans/*/now"))
    assert app.route(b"GET", b"/admin/users/7").request in app.every_request()
    assert app.route(b"POST", b"/any").request in app.every_request()


def test_a_rule_whose_paths_are_all_refused_is_no_kind_of_request():
    assert {request.route for request in routes(ActionRule("view", GET, "/a%2fb")).every_request()} == {NO_RULE}
