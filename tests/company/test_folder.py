from __future__ import annotations

from pathlib import Path

from tests.company.company_folder import new_folder

from limen.company.folder import MAX_ALL, MAX_FILE, read_folder


def test_every_file_limen_knows_is_read_and_no_other(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    (root / "secret.txt").write_text("x")
    folder = read_folder(root)
    assert folder.problems == ()
    assert set(folder.texts) == {
        "limen.toml",
        "access.yaml",
        "apps.yaml",
        "data.yaml",
        "devices.yaml",
        "monitor.yaml",
        "network.yaml",
        "people.yaml",
        "factors.yaml",
        "policies/00-limen.cedar",
        "policies/10-people.cedar",
        "policies/20-labels.cedar",
        "policies/25-tokens.cedar",
        "policies/30-devices.cedar",
        "policies/31-network.cedar",
        "policies/32-data.cedar",
        "policies/33-risk.cedar",
        "policies/tests.yaml",
    }
    assert folder.policy_names == sorted(name for name in folder.texts if name.endswith(".cedar"))


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    said = [str(one) for one in read_folder(tmp_path).problems]
    assert any(one.startswith("limen.toml: this file is missing") for one in said)
    assert any(one.startswith("apps.yaml: this file is missing") for one in said)
    assert any(one.startswith("policies: there is no policies folder") for one in said)


def test_tests_may_be_left_out(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    (root / "policies/tests.yaml").unlink()
    assert read_folder(root).problems == ()


def test_what_is_no_folder_is_named(tmp_path: Path) -> None:
    (problem,) = read_folder(tmp_path / "nowhere").problems
    assert "this is not a folder" in str(problem)


def test_a_link_inside_the_folder_is_followed(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    (root / "shared.txt").write_text("// nothing\n")
    (root / "policies/50-shared.cedar").symlink_to("../shared.txt")
    assert read_folder(root).texts["policies/50-shared.cedar"] == "// nothing\n"


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    (root / "apps.yaml").write_bytes(b"\xef\xbb\xbf[]")
    assert read_folder(root).texts["apps.yaml"] == "[]"


def test_many_long_files_are_bounded_in_all(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    for number in range(MAX_ALL // MAX_FILE + 1):
        (root / f"policies/x{number:02}.cedar").write_text("/" * MAX_FILE)
    assert any("bytes in total" in str(one) for one in read_folder(root).problems)


def test_one_text_that_makes_a_file_too_long_is_named_by_its_place(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    (root / "policies/90-own.cedar").write_text('@id("a")\n@reason("' + "x" * MAX_FILE + '")\n')
    (problem,) = read_folder(root).problems
    assert (problem.file, problem.line, problem.column, problem.fix) == ("policies/90-own.cedar", 2, 9, "shorten it")
    assert "most of it is the text that begins here" in problem.what
