"""A company folder written by an enemy, or by somebody very tired: each a clear complaint with file and line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from limen.company.load import check_folder
from limen.company.new_folder import Answers, begin
from limen.company.upstream_section import upstream_complaint

PERMIT = "permit (principal, action, resource)"
APP = "- id: wiki\n  host: wiki.example.localhost\n  upstream: http://127.0.0.1:9000\n"


def said(root: Path) -> list[str]:
    return [str(problem) for problem in check_folder(root).problems]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "company"
    begin(folder, Answers("Example", "example.localhost"))
    return folder


def write(root: Path, name: str, text: str | bytes) -> None:
    (root / name).write_bytes(text if isinstance(text, bytes) else text.encode())


CEDAR = [
    ("no-id", f"{PERMIT};", "1:1: this policy has no @id; write @id"),
    (
        "effect",
        '@id("a")\npemit (principal, action, resource);',
        "2:1: this is not valid Cedar: invalid policy effect: pemit",
    ),
    (
        "token",
        f'@id("a") {PERMIT}\nwhen {{ context.auth.strength > }};',
        "2:32: this is not valid Cedar: unexpected token `}`",
    ),
    (
        "unended",
        f'@id("a")\n{PERMIT}',
        "2:36: this is not valid Cedar: unexpected end of input; a policy ends with `;`",
    ),
    ("quote", f'@id("a")\n{PERMIT} when {{ context.place.country == "DE }};', "2:70: this text is never closed"),
    ("variable", f'@id("a") {PERMIT} when {{ user == 1 }};', "1:54: this is not valid Cedar: invalid variable: user"),
    ("template", '@id("a") permit (principal == ?principal, action, resource);', "1:31: this is a template"),
    (
        "state",
        f'@id("a")\n@state("enforced")\n{PERMIT};',
        '2:8: there is no @state "enforced"; did you mean "enforce"?',
    ),
    ("annotation", f'@id("a")\n@titel("x")\n{PERMIT};', '2:1: unknown annotation @titel; did you mean "title"?'),
    ("id", f'@id("A b")\n{PERMIT};', '1:5: a policy can\'t be named "A b"; use a-z, 0-9 and `-`'),
    ("own-reason", f'@id("policy-error")\n{PERMIT};', '1:5: "policy-error" is one of Limen\'s built-in reasons'),
    ("cyrillic", f'@id("st\u0430ff")\n{PERMIT};', "a policy can't be named"),
    (
        "twice",
        f'@id("a") {PERMIT};\n@id("a") {PERMIT};',
        '2:5: there are two policies with the @id "a"; rename one; policies/x.cedar:1',
    ),
    (
        "group",
        '@id("a")\npermit (principal in Group::"staf", action, resource);',
        '2:29: there is no group "staf"; did you mean "staff"?',
    ),
    (
        "app",
        '@id("a") permit (principal, action, resource == App::"handbok");',
        '1:54: there is no app "handbok"; did you mean "handbook"?',
    ),
    (
        "action",
        '@id("a") permit (principal, action == Action::"vew", resource);',
        'unrecognized action `Action::"vew"`; did you mean "view"?',
    ),
    ("attribute", f'@id("a") {PERMIT} when {{ context.auth.strenth > 1 }};', 'did you mean "strength"?'),
    ("type", f'@id("a") {PERMIT} when {{ context.auth.strength == "high" }};', "this doesn't match the schema"),
    ("entity-type", '@id("a") permit (principal is Persn, action, resource);', 'did you mean "Person"?'),
    (
        "clock",
        f'@id("a") {PERMIT} when {{ [context.now].contains(context.now) }};',
        "1:55: this policy compares context.now",
    ),
    (
        "letters",
        f'@id("a") {PERMIT} when {{ c\u043entext.auth.strength > 1 }};',
        "1:55: `\u043e` is not valid in Cedar; remove it",
    ),
    (
        "parentheses",
        f'@id("a")\n{PERMIT} when {{ {"(" * 100_000} }};',
        "this nests deeper than 60 levels; split the policy",
    ),
    ("negations", f'@id("a")\n{PERMIT} when {{ {"!" * 100_000}true }};', "this nests deeper than 60 levels"),
    ("ifs", f'@id("a")\n{PERMIT} when {{ {"if true then " * 20_000} }};', "this nests deeper than 60 levels"),
    (
        "members",
        f'@id("a")\n{PERMIT} when {{ context{".a" * 20_000} }};',
        "more than 200 attributes or arithmetic operators are chained here",
    ),
    (
        "comparisons",
        f'@id("a")\n{PERMIT} when {{ {" + ".join(["1"] * 20_000)} > 0 }};',
        "more than 200 attributes or arithmetic",
    ),
    (
        "literal",
        f'@id("a")\n{PERMIT} when {{ context.place.country == "{"x" * 900_000}" }};',
        "longer than 500000 characters",
    ),
    ("binary", b"\x00\x01permit", "1:1: there is a "),
    ("encoding", b'@id("a")\n// \xff\xfe', "2:4: byte 0xff is not valid UTF-8; save the file as UTF-8"),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CEDAR], ids=[case[0] for case in CEDAR])
def test_a_hostile_policy_is_a_complaint_with_file_and_line(root: Path, text: str | bytes, expected: str) -> None:
    write(root, "policies/x.cedar", text)
    complaints = [one for one in said(root) if one.startswith("policies/x.cedar:")]
    assert any(expected in one for one in complaints), complaints
    assert all(len(one) < 400 for one in complaints)


def test_a_chain_of_ten_thousand_alternatives_is_no_attack(root: Path) -> None:
    chain = " || ".join(f'context.place.country == "{n}"' for n in range(10_000))
    write(root, "policies/x.cedar", f'@id("many-countries")\n{PERMIT} when {{ {chain} }};')
    assert said(root) == []


YAML = [
    ("alias", "a: &a [1]\nb: *a\n", "1:4: anchors and aliases are not supported here"),
    ("bomb", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "anchors and aliases are not supported here"),
    ("tag", "- !!python/object/apply:os.system ['true']\n", "1:3: tags are not supported here"),
    ("deep", "[" * 5_000, "this nests deeper than 24 levels"),
    ("deep-block", "".join(f"{' ' * n}a:\n" for n in range(300)), "this nests deeper than 24 levels"),
    ("broken", "- id: [1\n- id: 2\n", "this is not valid YAML"),
    ("documents", APP + "---\n" + APP, "there is a second document here"),
    ("twice", APP + "  host: other.example.localhost\n", "4:3: `host` appears twice"),
    ("no-list", "wiki: {}\n", "1:1: this must be a list of apps"),
    ("no-mapping", "- wiki\n", "1:3: "),
    ("number", "- id: 123456789012345678901234567890\n", "1:7: this number is too long"),
    ("missing", "- id: wiki\n", "1:3: `host` is missing"),
    ("unknown-key", APP + "  upsteam: x\n", "4:3: unknown key `upsteam`; did you mean"),
    ("wrong-type", APP + "  name: [a]\n", "4:9: `name` must be a text"),
    ("label", APP + "  label: secret\n", '4:10: there is no label "secret"'),
    (
        "near-label",
        APP + "  label: confidental\n",
        '4:10: there is no label "confidental"; did you mean "confidential"?',
    ),
    ("owner", APP + "  owner: staf\n", '4:10: there is no group "staf"; did you mean "staff"?'),
    ("host-outside", APP.replace("wiki.example.localhost", "wiki.example.com"), "2:9: the host"),
    ("host-look-alike", APP.replace("wiki.example.localhost", "wiki.evilexample.localhost"), "is outside the domain"),
    (
        "sign-in-host",
        APP.replace("wiki.example", "limen.example"),
        '2:9: "limen.example.localhost" is the sign-in host',
    ),
    ("host-port", APP.replace("localhost\n", "localhost:80\n", 1), "is not a valid host name"),
    ("own-id", APP.replace("id: wiki", "id: limen"), "1:7: `limen` is Limen itself"),
    ("same-id", APP + APP.replace("host: wiki", "host: w2"), '4:7: there are two apps with the id "wiki"'),
    ("same-host", APP + APP.replace("id: wiki", "id: w2"), "5:9: two apps can't share the host"),
    ("scheme", APP.replace("http:", "file:"), "3:13: the upstream"),
    ("password", APP.replace("http://", "http://u:hunter2@"), "3:13: the upstream contains a user name or password"),
    ("path", APP.replace("9000", "9000/a?b=c"), "has a path, a query or a fragment"),
    ("port", APP.replace("9000", "99999"), "can't be read"),
    ("no-host", APP.replace("127.0.0.1:9000", ""), "has no host"),
    (
        "action",
        APP + '  actions: {veiw: ["GET /**"]}\n',
        '4:13: a request can\'t have the action "veiw"; did you mean "view"?',
    ),
    ("route", APP + '  actions: {view: ["GET"]}\n', "4:20: `GET` is not a valid route"),
    ("method", APP + '  actions: {view: ["GTE /"]}\n', '4:20: there is no method "GTE"; did you mean "GET"?'),
    ("dots", APP + '  actions: {view: ["GET /a/../b"]}\n', "is not normalised"),
    ("rest", APP + '  actions: {view: ["GET /**/b"]}\n', "`**` matches the rest"),
    ("start", APP + "  start: //evil.example\n", '4:10: "//evil.example" is not a path on the app\'s host'),
    ("origin", APP + '  cors: {origins: ["*"]}\n', '4:20: "*" is not a valid origin'),
    ("any method", APP + "  cors: {methods: ['*']}\n", '4:20: there is no method "*"'),
    ("a header of two lines", APP + '  cors: {headers: ["a\\r\\nb: c"]}\n', "is not a header name"),
    ("a stream with more in it", APP + "  streams: ['/a\";return_200;#']\n", "can't be matched"),
    ("a stream with a method", APP + "  streams: [GET /a]\n", '4:13: "GET /a" is not a path'),
    ("a stream that leaves", APP + "  streams: [/a/../b]\n", "is not normalised"),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in YAML], ids=[case[0] for case in YAML])
def test_a_hostile_list_of_apps_is_a_complaint_with_file_and_line(root: Path, text: str, expected: str) -> None:
    write(root, "apps.yaml", text)
    complaints = [one for one in said(root) if one.startswith("apps.yaml:")]
    assert any(expected in one for one in complaints), complaints
    assert "hunter2" not in "".join(complaints)


TOML = [
    ("syntax", "name = \n", "1:8: this is not valid TOML"),
    (
        "unknown-key",
        'nmae = "x"\nname = "X"\ndomain = "example.localhost"\n',
        '1:1: unknown key `nmae`; did you mean "name"?',
    ),
    (
        "unknown-inner",
        'name = "X"\ndomain = "example.localhost"\n[listen]\nadress = "x"\n',
        '4:1: unknown key `listen.adress`; did you mean "address"?',
    ),
    ("missing", 'name = "X"\n', "1:1: `domain` is missing"),
    ("type", 'name = 5\ndomain = "example.localhost"\n', "1:8: `name` must be a text, not 5"),
    (
        "zone",
        'name = "X"\ndomain = "example.localhost"\ntime_zone = "Europe/Berln"\n',
        '3:13: there is no time zone "Europe/Berln"; did you mean "Europe/Berlin"?',
    ),
    (
        "zone-path",
        'name = "X"\ndomain = "example.localhost"\ntime_zone = "../../etc/passwd"\n',
        "3:13: there is no time zone",
    ),
    (
        "url-outside",
        'name = "X"\ndomain = "example.localhost"\nurl = "https://limen.example.com"\n',
        "3:7: the sign-in host",
    ),
    (
        "url-path",
        'name = "X"\ndomain = "example.localhost"\nurl = "https://limen.example.localhost/a"\n',
        "3:7: the sign-in host's URL consists only",
    ),
    (
        "network",
        'name = "X"\ndomain = "example.localhost"\n[networks]\noffice = ["10.0.0.300/8"]\n',
        "4:10: `networks.office.0` must be a network",
    ),
    (
        "group",
        'name = "X"\ndomain = "example.localhost"\n[groups]\n"All Staff" = "x"\n',
        '4:1: a group can\'t be named "All Staff"',
    ),
    ("deep", "a = " + "[" * 50_000, "this is not valid TOML"),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in TOML], ids=[case[0] for case in TOML])
def test_hostile_settings_are_a_complaint_with_file_and_line(root: Path, text: str, expected: str) -> None:
    write(root, "limen.toml", text)
    complaints = [one for one in said(root) if one.startswith("limen.toml:")]
    assert any(expected in one for one in complaints), complaints


TESTS = [
    (
        "who",
        "- {test: a, who: [staf], app: handbook, action: view, expect: permit}",
        '1:19: there is no group "staf"; did you mean "staff"?',
    ),
    (
        "app",
        "- {test: a, who: staff, app: handbok, action: view, expect: permit}",
        '1:30: there is no app "handbok"; did you mean "handbook"?',
    ),
    (
        "action",
        "- {test: a, who: staff, app: handbook, action: veiw, expect: permit}",
        'there is no action "veiw"; did you mean "view"?',
    ),
    ("expect", "- {test: a, who: staff, app: handbook, action: view, expect: allow}", "1:62: `expect`"),
    (
        "because",
        "- {test: a, who: staff, app: handbook, action: view, expect: permit, because: staff-wrok}",
        'did you mean "staff-work"?',
    ),
    (
        "at",
        "- {test: a, who: staff, app: handbook, action: view, expect: permit, given: {at: noon}}",
        '"noon" is not a valid date and time',
    ),
    (
        "proved",
        "- {test: a, who: staff, app: handbook, action: view, expect: permit, given: {proved: soon}}",
        '"soon" is not a valid duration',
    ),
    (
        "given",
        "- {test: a, who: staff, app: handbook, action: view, expect: permit, given: {strenth: 3}}",
        'did you mean "strength"?',
    ),
    (
        "unmet",
        "- {test: Guests, who: guests, app: handbook, action: view, expect: permit}",
        ("1:1: “Guests”: expected: permitted; now: denied by “Guests only have access to public apps” (guests-nothing"),
    ),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in TESTS], ids=[case[0] for case in TESTS])
def test_hostile_policy_tests_are_a_complaint_with_file_and_line(root: Path, text: str, expected: str) -> None:
    write(root, "policies/tests.yaml", text)
    complaints = said(root)
    assert any(expected in one for one in complaints), complaints
    assert all(one.startswith("policies/tests.yaml:") for one in complaints)


def _link_out(root: Path) -> None:
    (root / "policies/x.cedar").symlink_to("/etc/passwd")


def _link_in_a_circle(root: Path) -> None:
    (root / "policies/x.cedar").symlink_to(root / "policies/x.cedar")


def _pipe(root: Path) -> None:
    os.mkfifo(root / "policies/x.cedar")


def _folder(root: Path) -> None:
    (root / "policies/x.cedar").mkdir()


def _device(root: Path) -> None:
    (root / "policies/x.cedar").symlink_to("/dev/zero")


def _huge(root: Path) -> None:
    with (root / "policies/x.cedar").open("wb") as file:
        file.truncate(1 << 34)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (_link_out, "this link points outside the folder"),
        (_link_in_a_circle, "can't be read"),
        (_pipe, "this is not a regular file"),
        (_folder, "this is not a regular file"),
        (_device, "this link points outside the folder"),
        (_huge, "longer than 1000000 bytes"),
    ],
)
def test_what_is_no_plain_small_file_in_the_folder_is_not_read(
    root: Path, make: Callable[[Path], None], expected: str
) -> None:
    make(root)
    complaints = said(root)
    assert len(complaints) == 1
    assert complaints[0].startswith("policies/x.cedar: ")
    assert expected in complaints[0]


def test_every_problem_of_every_file_is_told_at_once(root: Path) -> None:
    write(root, "limen.toml", 'name = 5\ndomain = "example.localhost"\n')
    write(root, "apps.yaml", APP + "  label: secret\n")
    write(root, "policies/x.cedar", f'@id("a") {PERMIT} when {{ }};\n@id("b") pemit (principal, action, resource);')
    write(root, "policies/tests.yaml", "- {test: a}")
    files = [one.split(":", 1)[0] for one in said(root)]
    assert set(files) == {"limen.toml", "apps.yaml", "policies/x.cedar", "policies/tests.yaml"}
    assert files.count("policies/x.cedar") == 2


def test_an_endless_parse_ends(root: Path) -> None:
    """However it is meant, the whole check stays within the child's limits."""
    write(root, "policies/x.cedar", ('@id("a") permit (principal, action, resource) when { ' + "[" * 50) * 4_000)
    assert said(root)


def test_the_checking_process_never_loads_the_parser(root: Path) -> None:
    import subprocess

    code = (
        "import sys; from pathlib import Path; from limen.company.load import check_folder;"
        "assert check_folder(Path(sys.argv[1])).is_sound;"
        "assert 'cedarpy' not in sys.modules and 'ruamel.yaml' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(root)], check=True, timeout=60)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:30\n00",
        "http://10.0.0.1\tdown",
        "http://127.0.0.1:3000\n",
        " http://127.0.0.1:3000",
        "http://[v1.x;}:]:80",
        "http://[v1.a b:c]:80",
    ],
)
def test_an_upstream_is_one_word_to_whoever_reads_it_after_us(url: str) -> None:
    """`urlsplit` drops tabs and newlines and takes anything in brackets; nginx and Caddy read what is really there."""
    assert upstream_complaint(url) is not None
