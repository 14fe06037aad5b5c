from __future__ import annotations

from pathlib import Path

import pytest

from limen.company.begin import begin
from limen.company.load import check_folder
from limen.errors import LimenError


def test_a_new_folder_is_sound_under_any_name(tmp_path: Path) -> None:
    for number, (name, domain) in enumerate((('Ö “x” \\ "y"', "harbor.localhost"), ("Harbor", "harbor.example"))):
        folder = tmp_path / str(number)
        written = begin(folder, name, domain)
        checked = check_folder(folder)
        assert checked.problems == ()
        assert checked.company is not None
        assert (checked.company.settings.name, checked.company.settings.domain) == (name, domain)
        assert folder / ".gitignore" in written
        assert "example.localhost" not in "".join(one.read_text("utf-8") for one in written)


def test_beyond_this_machine_the_sign_in_host_has_https(tmp_path: Path) -> None:
    begin(tmp_path / "a", "Harbor", "harbor.example")
    company = check_folder(tmp_path / "a").company
    assert company is not None
    assert company.settings.public_url == "https://limen.harbor.example"


def test_an_empty_folder_may_be_there_already(tmp_path: Path) -> None:
    assert begin(tmp_path, "Harbor", "harbor.example")


@pytest.mark.parametrize("is_file", [True, False])
def test_nothing_is_ever_overwritten(tmp_path: Path, is_file: bool) -> None:
    target = tmp_path / "a"
    if is_file:
        target.write_text("mine")
    else:
        target.mkdir()
        (target / "limen.toml").write_text("mine")
    with pytest.raises(LimenError, match="is not empty"):
        begin(target, "Harbor", "harbor.example")
    assert not (target / "apps.yaml").exists()


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("", "a.example"),
        ("x" * 81, "a.example"),
        ("a\nb", "a.example"),
        ("A", "localhost"),
        ("A", "A.example"),
        ("A", "a..b"),
    ],
)
def test_what_can_not_be_a_name_or_domain_is_refused(tmp_path: Path, name: str, domain: str) -> None:
    with pytest.raises(LimenError):
        begin(tmp_path / "a", name, domain)
    assert not (tmp_path / "a").exists()
