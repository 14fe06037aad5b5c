from __future__ import annotations

from limen.company.apps_file import read_apps
from limen.company.yaml_text import read_yaml
from limen.configuration.tree import Tree
from limen.facts import ActionRule, Cors, Label, PublicRoute
from limen.settings import Settings

SETTINGS = Settings(name="Harbor", domain="harbor.example", groups={"finance": "Finance"})
PAYROLL = """
- id: payroll
  name: Payroll
  host: payroll.harbor.example
  upstream:
    url: https://10.0.0.12:8443/
    ca_file: /etc/limen/ca.pem
    server_name: payroll.internal
    connect_seconds: 1.5
    response_seconds: 120
    max_request_megabytes: 2
    keep_host: false
  label: restricted
  owner: finance
  description: Salaries
  start: /run?month=11
  actions:
    view: ["GET /**"]
    edit: ["POST,PUT /**"]
  public:
    - {route: GET /healthz, why: Monitoring}
  cors: {origins: ["https://reports.harbor.example"], methods: [GET, PUT], headers: [X-Csrf-Token]}
  streams: [/events/**, /live]
  encoded_paths: allow
"""


X_CSRF = frozenset({"x-csrf-token"})


def test_everything_an_app_can_say_is_understood() -> None:
    (app,), problems = read_apps(Tree(read_yaml(PAYROLL)), SETTINGS, SETTINGS.groups)
    assert problems == []
    assert (app.id, app.name, app.host, app.owner, app.start) == (
        "payroll",
        "Payroll",
        "payroll.harbor.example",
        "finance",
        "/run?month=11",
    )
    assert (app.label, app.sensitivity) == (Label.RESTRICTED, 3)
    upstream = app.upstream
    assert (upstream.url, upstream.ca_file, upstream.server_name) == (
        "https://10.0.0.12:8443",
        "/etc/limen/ca.pem",
        "payroll.internal",
    )
    assert (upstream.connect_ms, upstream.response_ms, upstream.max_request_bytes) == (1500, 120_000, 2 << 20)
    assert upstream.keep_host is False
    assert app.rules == (
        ActionRule("view", frozenset({"GET", "HEAD"}), "/**"),
        ActionRule("edit", frozenset({"POST", "PUT"}), "/**"),
    )
    assert app.public == (PublicRoute(frozenset({"GET", "HEAD"}), "/healthz", "Monitoring"),)
    assert app.cors == Cors(frozenset({"https://reports.harbor.example"}), frozenset({"GET", "PUT"}), X_CSRF)
    assert app.streams == ("/events/**", "/live")
    assert app.opts_in_encoded_paths


def test_what_is_left_out_is_the_careful_choice() -> None:
    text = "- {id: my-wiki, host: wiki.harbor.example, upstream: 'http://127.0.0.1:1'}"
    (app,), problems = read_apps(Tree(read_yaml(text)), SETTINGS, SETTINGS.groups)
    assert problems == []
    assert (app.name, app.label, app.rules, app.public) == ("My wiki", Label.RESTRICTED, (), ())
    assert not app.opts_in_encoded_paths
    assert app.cors == Cors(frozenset(), frozenset({"GET", "HEAD", "POST"}), frozenset({"content-type"}))
    assert app.streams == ()


def test_each_label_is_itself() -> None:
    for label in Label:
        text = f"- {{id: a, host: a.harbor.example, upstream: 'http://127.0.0.1:1', label: {label.word}}}"
        (app,), _ = read_apps(Tree(read_yaml(text)), SETTINGS, SETTINGS.groups)
        assert app.label is label


def test_without_settings_their_names_are_not_held_against_anybody() -> None:
    _, problems = read_apps(Tree(read_yaml(PAYROLL)), None, None)
    assert problems == []


def test_one_bad_app_does_not_hide_another() -> None:
    apps, problems = read_apps(Tree(read_yaml("- {id: BAD}\n" + PAYROLL + "- {id: w}\n")), SETTINGS, SETTINGS.groups)
    assert [app.id for app in apps] == ["payroll"]
    assert len({one.line for one in problems}) == 2


def test_an_upstream_may_be_an_ipv6_address() -> None:
    text = "- {id: a, host: a.harbor.example, upstream: 'http://[::1]:8080'}"
    (app,), problems = read_apps(Tree(read_yaml(text)), SETTINGS, SETTINGS.groups)
    assert problems == []
    assert app.upstream.url == "http://[::1]:8080"


def test_an_upstream_where_no_app_can_be_is_refused_at_its_line() -> None:
    text = "- id: a\n  host: a.harbor.example\n  upstream:\n    url: http://169.254.169.254\n"
    _, (problem,) = read_apps(Tree(read_yaml(text)), SETTINGS, SETTINGS.groups)
    assert (problem.line, problem.fix) == (4, "enter the machine the app runs on")
    assert "not an address that an app may have" in problem.what


def test_a_forgotten_scheme_is_mended_with_the_upstream_s_own_host_and_port() -> None:
    for said, fix in (("127.0.0.1:9001", "127.0.0.1:9001"), ("wiki:80/x", "wiki:80"), ("<b>", "127.0.0.1:3000")):
        text = f"- {{id: a, host: a.harbor.example, upstream: '{said}'}}"
        _, (problem,) = read_apps(Tree(read_yaml(text)), SETTINGS, SETTINGS.groups)
        assert problem.fix == f"write it as http://{fix}"


def test_an_unknown_protocol_and_a_forgotten_one_are_each_one_problem() -> None:
    for line, where in (("  protocol: ldap\n", (3, 13)), ("", (3, 9))):
        text = (
            f"- id: wiki\n  url: https://wiki.example/\n{line}  oidc: {{redirect_uris: [https://wiki.example/back]}}\n"
        )
        apps, problems = read_apps(Tree(read_yaml(text)), SETTINGS, SETTINGS.groups)
        assert not apps
        assert [(one.line, one.column) for one in problems] == [where]
        assert "oidc" in problems[0].fix
