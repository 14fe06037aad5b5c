"""Hostile exports of other systems: bombs, names that want to be Cedar, YAML or a path, ids that collide, secrets that
want out, and people who want to become administrators. Whatever a name is, it stays a name.
"""

from __future__ import annotations

import io
import json
import stat
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from tests.cli.test_main import leave
from tests.dial import size
from tests.importing.deciding import lets_in
from tests.importing.harbor import EXPORTS, PLANTED, begun, export, imported, made

from limen.company.company import limen_app
from limen.company.load import load_company
from limen.errors import LimenError
from limen.importing.export import MOST_BYTES, parse_export, read_export
from limen.importing.model import EVERYONE, Wishes
from limen.importing.names import BASELINE
from limen.importing.report import Effect, Verdict
from limen.importing.report_text import as_csv, as_json, markdown
from limen.importing.uploaded import files_in
from limen.policy.roles import ROLES, groups_that_guard

NASTY = (
    'x") permit(principal, action, resource); //',
    'x"\n@id("evil")',
    "../../etc/passwd",
    "x\n- id: evil\n  host: evil.harbor.example",
    '=HYPERLINK("https://evil.example")',
    "\x1b[2J\x1b]0;x\x07",
    "a\u202egnp.exe",
    "{{ secret }}",
    "]] [groups] administrators",
    "' || true || '",
    "<script>alert(1)</script>",
    "| a | b |",
    "administrators",
    "Administrators",
    "a" * 5_000,
    "",
    "\u0430dministrators",
    "${x}",
    "null",
    "limen",
)  # fmt: skip


def _authelia(names: tuple[str, ...], hosts: int = 3) -> dict[str, Any]:
    rules = [
        {
            "domain": f"app{number % hosts}.harbor.example",
            "policy": "one_factor",
            "subject": [f"group:{name}", f"user:{name}"],
        }
        for number, name in enumerate(names)
    ]
    users = {
        name or "nobody": {
            "displayname": name,
            "email": f"p{number}@harbor.example",
            "groups": [name],
            "password": PLANTED,
        }
        for number, name in enumerate(names)
    }
    clients = [
        {"client_id": name, "client_name": name, "redirect_uris": [f"https://c{number}.harbor.example/{number}"],
         "authorization_policy": "one_factor"}
        for number, name in enumerate(names)
    ]  # fmt: skip
    return {
        "configuration.yml": {
            "access_control": {"rules": rules, "networks": [{"name": names[0], "networks": ["192.0.2.0/24"]}]},
            "session": {"cookies": [{"domain": "harbor.example"}]},
            "identity_providers": {"oidc": {"clients": clients}},
        },
        "users_database.yml": {"users": users},
    }


def test_a_name_stays_a_name_wherever_it_is_written() -> None:
    what = imported("authelia", _authelia(NASTY))
    done = made(what)
    before = begun()
    assert set(before.policies.sources) <= set(done.company.policies.sources)
    new = set(done.company.policies.sources) - set(before.policies.sources)
    assert all("-as-before-" in one or one.endswith("-only-as-before") for one in new)
    assert {one.host for one in done.company.apps if one.host} == {
        *(f"app{number}.harbor.example" for number in range(3)), *(one.host for one in before.apps)
    }  # fmt: skip
    assert before.settings.groups.items() <= done.company.settings.groups.items()
    for text in (markdown(what.account, "Authelia", done.kept), as_csv(what.account), done.people):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert not [line for line in done.people.splitlines() if line.startswith(("=", '"='))]


@settings(max_examples=size(8, least=1), deadline=None)
@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=8, unique=True))
def test_any_names_at_all_make_a_folder_that_can_be_read(names: list[str]) -> None:
    words = tuple(names)
    if any("\ud800" <= char <= "\udfff" for name in words for char in name):
        return
    what = imported("authelia", _authelia(words))
    done = made(what)
    assert sum(what.account.count(verdict) for verdict in Verdict) == what.account.values
    assert len(set(done.groups.values())) == len(done.groups)
    assert len(set(done.apps.values())) == len(done.apps)
    assert not BASELINE & set(done.groups.values())


@pytest.mark.parametrize("system", ["authelia", "keycloak"])
def test_no_import_makes_anybody_one_who_runs_limen(system: str) -> None:
    done = made(imported(system))
    guarding = groups_that_guard(done.company.engine().policies, limen_app(done.company.settings))
    assert not (guarding | BASELINE) & set(done.groups.values())
    for group in done.groups.values():
        for action in ("administer", "audit", "support"):
            assert not lets_in(done.company, "limen", frozenset({group}), 3, action=action)
    assert not (ROLES & {word for line in done.people.splitlines()[1:] for word in line.split(",")[2].split(";")})


def test_no_group_is_put_in_the_place_of_one_that_gives_a_role() -> None:
    wishes = Wishes(groups={"group:administrators": "administrators"})
    what = imported("authelia", wishes=wishes)
    with pytest.raises(LimenError):
        made(what, wishes=wishes)
    chosen = Wishes(groups={"group:staff": "staff"})
    assert [one.effect for one in imported("authelia", wishes=chosen).account.wider] == [Effect.WIDER]


def test_who_the_company_has_beside_gets_nothing_by_an_import() -> None:
    done = made(imported("authelia"))
    everybody = frozenset({"staff", "contractors", "warehouse"} - set(done.groups.values()))
    for key, app in done.apps.items():
        action = "" if key.startswith("host:") else "view"
        if not done.company.all_apps[app].public:
            assert not lets_in(done.company, app, everybody, 3, action=action), key
    assert lets_in(done.company, done.apps["client:Grafana_2"], frozenset({done.groups[EVERYONE]}), 1, action="view")


@pytest.mark.parametrize("system", ["authelia", "keycloak"])
def test_no_secret_leaves_the_export(system: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = "".join(path.read_text() for path in (EXPORTS / system).iterdir())
    assert held.count(PLANTED) > 8
    what = imported(system)
    done = made(what)
    assert what.account.count(Verdict.LEFT_OUT) >= held.count(PLANTED) - 1
    folder = tmp_path / "harbor"
    assert leave("import", system, str(EXPORTS / system), "--company", str(folder), "--write") == 0
    assert leave("import", system, str(EXPORTS / system), "--company", str(folder), "--json") == 0
    said = capsys.readouterr()
    written = [path for path in folder.rglob("*") if path.is_file()]
    texts = [said.out, said.err, *(path.read_text() for path in written)]
    texts += [markdown(what.account, "x"), as_csv(what.account), as_json(what.account), done.people, repr(done.changed)]
    assert not [text for text in texts if PLANTED in text]
    lists = folder / "data" / "imports" / system
    assert {stat.S_IMODE(path.stat().st_mode) for path in lists.iterdir()} == {0o600}
    assert load_company(folder).revision == done.company.revision


BOMBS = {
    "deep.json": "[" * 200_000 + "]" * 200_000,
    "twice.json": '{"realm": "a", "realm": "b"}',
    "nan.json": '{"a": NaN}',
    "long.json": f'{{"a": {"9" * 10_000}}}',
    "alias.yml": "a: &a [x, x]\nb: [*a, *a]\n",
    "twice.yml": "users: {}\nusers: {}\n",
    "tag.yml": "a: !!python/object/apply:os.system [id]\n",
    "deep.yml": "a: " + "[" * 5_000 + "]" * 5_000,
    "two.yml": "a: 1\n---\nb: 2\n",
    "broken.json": '{"a": ',
    "nul.json": '{"a": "\0"}',
    "bytes.yml": "a: \udcff",
    "binary.exe": "MZ",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_bounds(name: str) -> None:
    with pytest.raises(LimenError):
        parse_export({name: BOMBS[name].encode("utf-8", "surrogateescape")})


def test_too_much_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(LimenError):
        parse_export({"a.json": b" " * (MOST_BYTES + 1)})
    with pytest.raises(LimenError):
        parse_export({f"{number}.json": b"{}" for number in range(201)})
    (tmp_path / "big.json").write_bytes(b" " * (MOST_BYTES + 1))
    with pytest.raises(LimenError):
        read_export([tmp_path / "big.json"])


def test_a_folder_of_an_export_leads_nowhere_else(tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps({"realm": PLANTED}))
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "harbor-realm.json").write_text(json.dumps({"realm": "harbor", "clients": []}))
    (folder / "linked.json").symlink_to(secret)
    assert set(read_export([folder])) == {"harbor-realm.json"}
    with pytest.raises(LimenError):
        read_export([Path("/dev/zero")])


def test_roles_and_groups_in_circles_end() -> None:
    realm = {
        "realm": "harbor",
        "roles": {"realm": [
            {"name": "a", "composite": True, "composites": {"realm": ["b"]}},
            {"name": "b", "composite": True, "composites": {"realm": ["a"]}},
        ]},
        "authenticationFlows": [
            {"alias": "browser", "authenticationExecutions": [
                {"authenticatorFlow": True, "flowAlias": "browser", "requirement": "REQUIRED"}
            ]}
        ],
        "clients": [{
            "clientId": "app", "rootUrl": "https://app.harbor.example", "redirectUris": ["/back"],
            "authorizationSettings": {"resources": [{"name": "r", "uris": ["/*"]}], "policies": [
                {"name": "p", "type": "aggregate", "logic": "NEGATIVE", "config": {"applyPolicies": '["q"]'}},
                {"name": "q", "type": "aggregate", "logic": "NEGATIVE", "config": {"applyPolicies": '["p"]'}},
                {"name": "all", "type": "resource", "config": {"resources": '["r"]', "applyPolicies": '["p"]'}},
            ]},
        }],
        "users": [{"username": "mara", "email": "mara@harbor.example", "realmRoles": ["a"]}],
    }  # fmt: skip
    what = imported("keycloak", {"harbor-realm.json": realm})
    assert what.system.people[0].groups == {"role:a", "role:b"}
    done = made(what)
    for app in done.apps.values():
        assert not lets_in(done.company, app, frozenset(done.groups.values()), 3, action="view")


def test_what_was_edited_since_is_never_written_over(tmp_path: Path) -> None:
    done = made(imported("authelia"))
    file = "policies/70-authelia.cedar"
    edited = {**done.company.files, file: done.company.files[file].replace("strength >= 1", "strength >= 3")}
    from limen.company.candidate import candidate

    company = candidate(done.company, edited)
    again = made(imported("authelia"), company)
    assert file not in again.changed
    assert any(one.startswith(file) for one in again.kept)
    same = made(imported("authelia"), done.company)
    assert (dict(same.changed), same.kept) == ({}, ())


def test_the_exports_of_harbor_hold_what_is_tried_here() -> None:
    assert set(export("authelia")) == {"configuration.yml", "users_database.yml"}
    assert set(export("keycloak")) == {"harbor-realm.json", "harbor-users-0.json"}


ZONES = (
    (
        '1")))};\n@id("evil")\npermit(principal, action, resource) when { true || context.place has address && '
        '(context.place.address.isInRange(ip("::1'
    ),
    "eth0",
    "1\n}",
)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("network", ["fe80::1%{}", "fe80::%{}/64"])
def test_a_network_brings_no_text_of_its_own_into_a_policy(network: str, zone: str) -> None:
    """A zone of IPv6 is any text at all, and closes neither a text in Cedar nor the import."""
    written = {"networks": [network.format(zone)]}
    rules = [{"domain": "app.harbor.example", "policy": "one_factor", **written}]
    config = {"access_control": {"rules": rules}, "session": {"cookies": [{"domain": "harbor.example"}]}}
    done = made(imported("authelia", {"configuration.yml": config}))
    new = set(done.company.policies.sources) - set(begun().policies.sources)
    assert new == {"app-only-as-before"}
    assert "%" not in done.changed["policies/70-authelia.cedar"]


@pytest.mark.parametrize("packed", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_unpacks_a_thousandfold_in_one_step_is_not_unpacked(packed: int) -> None:
    """Of these `zipfile` unpacks 4 KB at once, whatever comes of it: with bzip2 that is up to 5 GB."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", packed) as archive, archive.open("realm.json", "w", force_zip64=True) as member:
        for _ in range(96):
            member.write(bytes(1 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(LimenError):
            files_in("export.zip", bomb.getvalue())
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def _host_with(rules: list[dict[str, Any]]) -> dict[str, Any]:
    access = {"default_policy": "one_factor", "rules": rules}
    return {"configuration.yml": {"access_control": access, "session": {"cookies": [{"domain": "harbor.example"}]}}}


def test_rules_that_would_be_compared_for_days_are_refused_at_once() -> None:
    """Each path of a host is held against each rule and each other path: a hundred kilobytes would take hours."""
    paths = [f"^/of/p{number}/q.*$" for number in range(2_000)]
    many = [{"domain": "app.harbor.example", "policy": "bypass", "resources": paths}] * 20
    with pytest.raises(LimenError):
        imported("authelia", _host_with(many))
    hosts = [{"domain": [f"a{number}.harbor.example"], "policy": "one_factor"} for number in range(2_000)]
    with pytest.raises(LimenError):
        imported("authelia", _host_with(hosts))
    some = [{"domain": "app.harbor.example", "policy": "bypass", "resources": paths[:10]}] * 10
    assert [one.host for one in imported("authelia", _host_with(some)).system.apps] == ["app.harbor.example"]


def _doubling(levels: int) -> dict[str, Any]:
    """A realm whose policies each use the one before twice: written out they are two to the power of `levels`."""

    def policy(name: str, kind: str, strategy: str = "UNANIMOUS", **config: list[str]) -> dict[str, Any]:
        return {"name": name, "type": kind, "logic": "POSITIVE", "decisionStrategy": strategy, "config": config}

    policies = [policy("all0", "user", users=["zero"])]
    for level in range(1, levels):
        for side in "xy":
            policies += [
                policy(f"only{level}{side}", "user", users=[f"user{level}{side}"]),
                policy(f"both{level}{side}", "aggregate", applyPolicies=[f"all{level - 1}", f"only{level}{side}"]),
            ]
        sides = [f"both{level}x", f"both{level}y"]
        policies.append(policy(f"all{level}", "aggregate", "AFFIRMATIVE", applyPolicies=sides))
    policies.append(policy("perm", "resource", resources=["r"], applyPolicies=[f"all{levels - 1}"]))
    resources = [{"name": "r", "uris": ["/x/*"]}]
    told = {"policyEnforcementMode": "ENFORCING", "resources": resources, "policies": policies, "scopes": []}
    client = {
        "clientId": "app",
        "rootUrl": "https://app.harbor.example",
        "redirectUris": ["https://app.harbor.example/*"],
        "authorizationServicesEnabled": True,
        "authorizationSettings": told,
    }
    step = {"authenticator": "auth-username-password-form", "requirement": "REQUIRED"}
    flows = [{"alias": "browser", "authenticationExecutions": [step]}]
    return {"realm.json": {"realm": "harbor", "clients": [client], "authenticationFlows": flows}}


def test_policies_that_double_with_each_are_not_written_out() -> None:
    """Forty of them would take all memory there is; what can't be told opens nothing, and the report says so."""
    what = imported("keycloak", _doubling(40))
    assert {one.path[-1] for one in what.account.stricter if "too many policies" in one.how}
    assert not [app for app in what.system.apps for access in app.access if "zero" in repr(access)]
    assert "zero" in repr(imported("keycloak", _doubling(4)).system.apps)


def test_resources_and_policies_without_end_are_refused_at_once() -> None:
    realm = _doubling(4)
    told = realm["realm.json"]["clients"][0]["authorizationSettings"]
    told["resources"] = [{"name": f"r{number}", "scopes": [{"name": "s"}] * 1_000} for number in range(200)]
    with pytest.raises(LimenError):
        imported("keycloak", realm)


@pytest.mark.parametrize(
    "criterion",
    [
        {"subject": 'group:{{ env "BLOCKED" }}'},
        {"subject": [["group:${BLOCKED}"], "user:nobody"]},
        {"subject": "group:$BLOCKED"},
        {"subject": "$BLOCKED"},
        {"methods": ['{{ env "METHOD" }}']},
        {"methods": ["$METHOD"]},
        {"resources": ["^/x/$PATHS"]},
        {"networks": ["kiosk"]},
        {"methods": [405]},
        {"resources": [2024]},
        {"domain": '{{ env "DOMAIN" }}'},
        {"networks": ['{{ env "NETWORK" }}']},
        "{{ a rule of a template }}",
    ],
)
def test_a_rule_that_refuses_still_does_where_a_part_of_it_is_not_in_the_file(criterion: Any) -> None:
    """Authelia fills it in when it starts: whom the rule kept out nobody here knows, so nobody gets past it."""
    refusing = {"domain": "app.harbor.example", "policy": "deny"}
    rule = {**refusing, **criterion} if isinstance(criterion, dict) else criterion
    files = _host_with([rule])
    kiosk = [{"name": "kiosk", "networks": ["10.1.0.0/16", '{{ env "KIOSK" }}']}]
    files["configuration.yml"]["access_control"]["networks"] = kiosk
    files["users_database.yml"] = {"users": {"mara": {"email": "mara@harbor.example", "groups": ["staff"]}}}
    done = made(imported("authelia", files, Wishes(upstreams={"app.harbor.example": "http://127.0.0.1:9"})))
    groups = frozenset(done.groups.values())
    if "app" in done.company.all_apps:
        assert not lets_in(done.company, done.apps["host:app.harbor.example"], groups, 3)


@pytest.mark.parametrize("odd", [{"resources": [2024]}, {"methods": [405]}, {"methods": ["{{ x }}"]}])
def test_a_rule_that_opens_opens_nothing_where_a_part_of_it_is_not_in_the_file(odd: dict[str, Any]) -> None:
    rules = [{"domain": "app.harbor.example", "policy": "bypass", **odd}]
    files = _host_with(rules)
    files["configuration.yml"]["access_control"]["default_policy"] = "two_factor"
    what = imported("authelia", files)
    assert [one.public for one in what.system.apps] == [()]


def test_two_files_of_rules_are_not_taken_for_one() -> None:
    files = _host_with([{"domain": "app.harbor.example", "policy": "deny"}])
    with pytest.raises(LimenError):
        imported("authelia", {**files, "more.yml": files["configuration.yml"]})


def test_a_role_of_the_realm_is_not_a_clients_whose_name_it_spells() -> None:
    realm = {
        "realm": "harbor",
        "roles": {
            "realm": [{"name": "wiki/admin"}],
            "client": {"wiki": [{"name": "admin"}], "a": [{"name": "b/c"}], "a/b": [{"name": "c"}]},
        },
        "users": [
            {"username": "eve", "email": "eve@harbor.example", "realmRoles": ["wiki/admin"]},
            {"username": "ida", "email": "ida@harbor.example", "clientRoles": {"wiki": ["admin"], "a": ["b/c"]}},
        ],
    }
    what = imported("keycloak", {"realm.json": realm})
    eve, ida = (one.groups for one in what.system.people)
    assert not eve & ida
    assert len([one for one in what.system.groups if one.key.startswith("role:")]) == 4


def test_a_group_is_never_taken_for_the_one_whose_title_it_bears() -> None:
    """Whoever can name a group could name it as an import will title another: importing again must not mix them."""
    from limen.importing.model import Group
    from limen.importing.names import group_titles

    known = group_titles([Group("a", "Finance"), Group("b", "Finance")], "Entra ID")
    forged = known["a"].removesuffix(" (from Entra ID)")
    titles = group_titles([Group("a", "Finance"), Group("b", "Finance"), Group("c", forged)], "Entra ID")
    assert titles["a"] == known["a"]
    assert len(set(titles.values())) == 3


def test_two_apps_of_a_tenant_never_share_a_key_and_so_who_is_assigned() -> None:
    names = ["wiki 12345678", "wiki", "Wiki", "wiki 12345678"]
    ids = ["0" * 8, "1" * 8, "12345678-0000", "22345678-0000"]
    principals = [
        {"id": f"p{at}", "appId": app, "displayName": name, "appRoleAssignmentRequired": True,
         "appRoleAssignedTo": [{"principalType": "User", "principalId": f"u{at}"}]}
        for at, (app, name) in enumerate(zip(ids, names, strict=True))
    ]  # fmt: skip
    registered = [
        {"id": f"a{at}", "appId": app, "web": {"redirectUris": [f"https://a{at}.harbor.example/back"]}}
        for at, app in enumerate(ids)
    ]
    users = [{"id": f"u{at}", "userPrincipalName": f"u{at}@harbor.example", "displayName": f"U{at}"} for at in range(4)]
    files = {"users.json": users, "servicePrincipals.json": principals, "applications.json": registered,
             "conditionalAccessPolicies.json": []}  # fmt: skip
    what = imported("entra", files)
    assert len({one.key for one in what.system.apps}) == 4
    assert [len(one.groups) for one in what.system.people] == [1, 1, 1, 1]
    assert made(what).company


HOSTILE_WORDS = "\x1b]0;x\x07\u202e<img src=x> [a](https://evil.example)\n| b |"


def test_what_a_report_says_of_a_name_steers_no_terminal_and_is_no_markup() -> None:
    """Names stand in what the report says, too: of a client that nobody could return to, or of a kind of policy."""
    client = {
        "clientId": HOSTILE_WORDS, "rootUrl": "https://app.harbor.example", "redirectUris": [],
        "authorizationSettings": {"policies": [{"name": "p", "type": HOSTILE_WORDS, "config": {}}]},
    }  # fmt: skip
    what = imported("keycloak", {"realm.json": {"realm": "harbor", "clients": [client]}})
    assert any("0;x" in one.how for one in what.account.items)
    for text in (markdown(what.account, "Keycloak"), as_csv(what.account), as_json(what.account)):
        assert not [one for one in text if one in "\x1b\x07\u202e"]
    assert all("\n" not in one.how for one in what.account.items)
    assert "<img" not in markdown(what.account, "Keycloak").replace("\\<", "")


def test_what_may_widen_access_is_no_markup_either() -> None:
    from limen.importing.report import Report

    report = Report()
    report.note(("a.json", "<img src=x>"), HOSTILE_WORDS, Effect.WIDER)
    text = markdown(report.account({"a.json": {}}), "Keycloak").replace("\\<", "").replace("`a.json: <img src=x>`", "")
    assert not any(one in text for one in ("<img", "[a](", "\x1b"))


def test_flows_that_hold_each_other_many_times_end() -> None:
    """Each of twelve holds the next thirty times: written out they are more steps than a year has nanoseconds."""

    def inner(at: int) -> dict[str, Any]:
        return {"authenticatorFlow": True, "flowAlias": f"f{at}", "requirement": "REQUIRED"}

    flows = [{"alias": f"f{at}", "authenticationExecutions": [inner(at + 1)] * 30} for at in range(12)]
    realm = {
        "realm": "harbor", "browserFlow": "f0", "authenticationFlows": flows,
        "clients": [{"clientId": "app", "redirectUris": ["https://app.harbor.example/back"]}],
    }  # fmt: skip
    what = imported("keycloak", {"realm.json": realm})
    assert [one.access for one in what.system.apps] == [()]


def test_a_policy_about_very_many_is_read_without_comparing_each_with_each() -> None:
    realm = _doubling(2)
    told = realm["realm.json"]["clients"][0]["authorizationSettings"]
    many = {"name": "many", "type": "user", "config": {"users": [f"u{number}" for number in range(40_000)]}}
    told["policies"].append(many)
    assert imported("keycloak", realm).account.values > 40_000


def test_roles_of_everybody_are_counted_before_they_fill_the_memory() -> None:
    names = [f"r{number}" for number in range(3_000)]
    roles = [{"name": "all", "composite": True, "composites": {"realm": names}}, *({"name": one} for one in names)]
    users = [{"username": f"u{number}", "realmRoles": ["all"]} for number in range(2_000)]
    with pytest.raises(LimenError):
        imported("keycloak", {"realm.json": {"realm": "harbor", "roles": {"realm": roles}, "users": users}})
    groups = [{"name": "g", "realmRoles": names, "subGroups": [
        {"name": f"s{number}", "realmRoles": ["x"]} for number in range(2_000)
    ]}]  # fmt: skip
    with pytest.raises(LimenError):
        imported("keycloak", {"realm.json": {"realm": "harbor", "groups": groups}})


def test_members_of_groups_in_groups_are_counted_before_they_fill_the_memory() -> None:
    users = [{"id": f"u{number}", "userPrincipalName": f"u{number}@harbor.example"} for number in range(3_000)]
    whole = {"id": "all", "displayName": "All", "members": [{"id": one["id"]} for one in users]}
    groups = [{"id": f"g{number}", "displayName": "G", "members": [{"id": "all"}]} for number in range(1_000)]
    registered = [{"id": "r", "appId": "a", "web": {"redirectUris": ["https://a.harbor.example/back"]}}]
    assigned = [{"principalType": "Group", "principalId": one["id"]} for one in groups]
    policy = {
        "id": "p", "displayName": "P", "state": "enabled",
        "grantControls": {"builtInControls": ["mfa"], "operator": "OR"},
        "conditions": {
            "users": {"includeGroups": [one["id"] for one in groups]}, "applications": {"includeApplications": ["All"]},
        },
    }  # fmt: skip
    files = {
        "users.json": users, "groups.json": [whole, *groups], "applications.json": registered,
        "servicePrincipals.json": [{"id": "s", "appId": "a", "displayName": "A", "appRoleAssignedTo": assigned,
                                    "appRoleAssignmentRequired": True}],
        "conditionalAccessPolicies.json": [policy],
    }  # fmt: skip
    with pytest.raises(LimenError):
        imported("entra", files)


@pytest.mark.parametrize(
    ("system", "files"),
    [
        ("keycloak", {"a.json": {"realm": "harbor", "clients": []}, "b.json": 5, "c.json": None, "d.json": "x"}),
        ("authelia", {"a.yml": {"access_control": {}, "identity_providers": {"oidc": {"clients": [
            {"client_id": "a", "redirect_uris": ["https://a.harbor.example/b"], "authorization_policy": ["x"],
             "grant_types": [{}], "id_token_signed_response_alg": [], "scopes": [{}], "response_types": [[]]}
        ]}}}}),
        ("entra", {"users.json": [], "conditionalAccessPolicies.json": [{"id": "p", "sessionControls": {
            "signInFrequency": {"isEnabled": True, "type": "days", "value": float("inf")}}}]}),
    ],
)  # fmt: skip
def test_values_of_a_strange_kind_are_no_fault_of_limens(system: str, files: dict[str, Any]) -> None:
    what = imported(system, files)
    assert not [access for app in what.system.apps for access in app.access]


def _client(client_id: str, policy: str) -> dict[str, Any]:
    uris = ["https://payroll.harbor.example/back"]
    return {"client_id": client_id, "redirect_uris": uris, "authorization_policy": policy}


def test_who_registers_an_apps_address_does_not_take_over_whom_it_lets_in() -> None:
    """At another system people may register clients: one that names the address of an app that was imported before."""
    before = _host_with([])
    before["configuration.yml"]["identity_providers"] = {"oidc": {"clients": [_client("payroll", "deny")]}}
    company = made(imported("authelia", before)).company
    after = _host_with([])
    after["configuration.yml"]["identity_providers"] = {"oidc": {"clients": [_client("evil", "one_factor")]}}
    done = made(imported("authelia", after), company)
    assert dict(done.apps) == {"client:evil": "evil"}
    groups = frozenset(done.groups.values())
    assert not lets_in(done.company, "payroll", groups, 3, action="view")
    both = _host_with([])
    clients = [_client("payroll", "deny"), _client("evil", "one_factor")]
    both["configuration.yml"]["identity_providers"] = {"oidc": {"clients": clients}}
    again = made(imported("authelia", both), done.company)
    assert dict(again.apps) == {"client:payroll": "payroll", "client:evil": "evil"}


def test_two_of_an_export_that_are_the_same_are_not_mixed() -> None:
    files = _host_with([])
    files["configuration.yml"]["identity_providers"] = {"oidc": {"clients": [_client("a", "deny")] * 2}}
    with pytest.raises(LimenError):
        imported("authelia", files)
    realm = _doubling(2)
    (client,) = realm["realm.json"]["clients"]
    realm["realm.json"]["clients"] = [client, {**client, "clientId": "other", "redirectUris": ["/other"]}]
    what = imported("keycloak", realm)
    assert [one.access for one in what.system.apps if one.host] == [()]
    assert any("several clients" in one.how for one in what.account.stricter)
