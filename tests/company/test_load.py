from __future__ import annotations

from pathlib import Path

import pytest
from tests.company.company_folder import change, new_folder
from tests.company.small_folder import small_folder

from limen.company.load import FolderError, check_folder, load_company, load_settings

HARBOR = Path(__file__).parents[2] / "examples/harbor"


def test_the_baseline_is_sound(tmp_path: Path) -> None:
    checked = check_folder(new_folder(tmp_path))
    assert checked.problems == ()
    assert checked.is_sound
    assert checked.tests_run >= 10


def test_harbor_is_sound_and_as_large_as_it_says() -> None:
    checked = check_folder(HARBOR)
    assert checked.problems == ()
    company = checked.company
    assert company is not None
    assert len(company.apps) == 8
    assert checked.tests_run >= 25
    assert {test.effect for test in company.tests} == {"permit", "challenge", "deny"}


def test_harbor_has_24_people_in_groups_that_exist() -> None:
    from limen.company.child import parse_texts
    from limen.configuration.tree import Tree

    files, _ = parse_texts({"employees.yaml": (HARBOR / "employees.yaml").read_text("utf-8")})
    people = Tree(files["employees.yaml"]["tree"]).plain()
    groups = load_company(HARBOR).settings.groups
    assert len({one["id"] for one in people}) == 24
    assert {group for one in people for group in one["groups"]} <= set(groups)
    assert sum(one["factor"] == "password_and_code" for one in people) == 2


def test_a_failing_test_is_a_problem_at_its_line(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    change(
        root,
        "policies/10-people.cedar",
        'context.auth.strength >= 2 };\n\n@id("admin',
        'context.auth.strength >= 3 };\n\n@id("admin',
    )
    checked = check_folder(root)
    assert checked.company is not None
    assert not checked.is_sound
    assert {one.file for one in checked.problems} == {"policies/tests.yaml"}
    assert len({one.line for one in checked.problems}) >= 2
    assert "“Staff read and edit the handbook”" in checked.problems[0].what


def test_tests_are_not_run_while_a_file_is_wrong(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    change(root, "limen.toml", 'staff = "Staff', 'stuff = "Everybody')
    checked = check_folder(root)
    assert (checked.company, checked.tests_run) == (None, 0)
    assert {one.file for one in checked.problems} == {
        "access.yaml",
        "apps.yaml",
        "policies/10-people.cedar",
        "policies/tests.yaml",
    }


def test_a_folder_that_can_not_be_taken_is_one_error_with_every_problem(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    change(root, "apps.yaml", "label: internal", "label: secret")
    change(root, "limen.toml", 'time_zone = "UTC"', 'time_zone = "Mars"')
    with pytest.raises(FolderError) as caught:
        load_company(root)
    assert [one.file for one in caught.value.problems] == ["apps.yaml", "limen.toml"]
    assert "apps.yaml:" in str(caught.value)


def test_settings_can_be_read_while_the_rest_is_wrong(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    change(root, "apps.yaml", "label: internal", "label: secret")
    assert load_settings(root).domain == "example.localhost"
    change(root, "limen.toml", 'time_zone = "UTC"', 'time_zone = "Mars"')
    with pytest.raises(FolderError, match="there is no time zone"):
        load_settings(root)


def test_no_problem_hides_another_in_the_same_file_or_the_next(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    change(root, "limen.toml", 'time_zone = "UTC"', 'time_zone = "Mars"\ntimezone = "UTC"')
    change(root, "limen.toml", "[listen]", '[listen]\naddress = "8099"')
    change(root, "apps.yaml", "  label: internal\n  owner: staff\n", "  lable: x\n  label: secret\n  owner: nobody\n")
    change(root, "apps.yaml", 'edit: ["POST', 'edti: ["POST')
    (root / "policies/50.cedar").write_text('@id("x")\npermit (principal in Group::"stuff", action, resource);\n')
    text = (root / "policies/tests.yaml").read_text("utf-8")
    more = "\n- {test: a, who: stuff, app: handbok, action: veiw, expect: maybe, becuase: x}\n"
    (root / "policies/tests.yaml").write_text(text + more, "utf-8")
    checked = check_folder(root)
    said = "\n".join(str(one) for one in checked.problems)
    for what in (
        'no time zone "Mars"',
        "`timezone`",
        '"8099" has no host',
        "`lable`",
        'no label "secret"',
        'no group "nobody"',
        '"edti"',
        'policies/50.cedar:2:29: there is no group "stuff"',
        "policies/tests.yaml:",
        'no app "handbok"',
        'no action "veiw"',
        "`becuase`",
        "`expect`, which is",
    ):
        assert what in said, f"{what} is not in {said}"
    assert said.count('no group "stuff"') == 2
    assert len(checked.problems) == 13


def test_names_are_not_held_against_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    (root / "limen.toml").write_text("[groups\n")
    checked = check_folder(root)
    assert [one.file for one in checked.problems] == ["limen.toml"]
    assert [one.split(",")[0] for one in checked.left_out] == [
        "group names were not checked",
        "policy tests were not run",
    ]


def test_a_failing_test_that_asks_several_things_says_which_of_them(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    more = "\n- {test: All, who: staff, app: [handbook, limen], action: [view, edit], expect: deny}\n"
    text = (root / "policies/tests.yaml").read_text("utf-8")
    (root / "policies/tests.yaml").write_text(text + more, "utf-8")
    said = [one.what for one in check_folder(root).problems]
    assert said
    assert len(set(said)) == len(said)
    assert said[0].split(": ")[0] in {f"{a} on {b}" for a in ("view", "edit") for b in ("handbook", "limen")}


def test_dates_in_files_of_parts_are_read_beside_a_time_zone_that_there_is_not(tmp_path: Path) -> None:
    folder = small_folder(tmp_path)
    settings = (folder / "limen.toml").read_text()
    (folder / "limen.toml").write_text(settings.replace("Europe/Berlin", "Mars"))
    (folder / "devices.yaml").write_text("report_only_until: 2026-12-04\n")
    (folder / "factors.yaml").write_text("required: [{who: administrators, factor: passkey, by: 2027-01-31}]\n")
    with pytest.raises(FolderError) as wrong:
        load_company(folder)
    assert [one.file for one in wrong.value.problems] == ["limen.toml"]
