from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.company.company_folder import change
from tests.company.small_folder import FILES, small_folder

from limen.company.candidate import candidate
from limen.company.company import Company
from limen.company.load import load_company, load_settings
from limen.company.pull import Conflict, Pulled, pull, with_machine_sections, write_all, write_text
from limen.errors import LimenError

NEW = "policies/30-new.cedar"
TEXT = '@id("new")\r\n@title("Ü")\r\nforbid (principal in Group::"staff", action, resource) when { 1 > 2 };\r\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_folder(tmp_path)


@pytest.fixture
def company(root: Path) -> Company:
    return load_company(root)


def test_the_authors_text_comes_back_byte_for_byte(root: Path, company: Company) -> None:
    theirs = candidate(company, {NEW: TEXT})
    assert pull(root, FILES, theirs, load_settings(root)) == Pulled((NEW,), (), ())
    assert (root / NEW).read_bytes() == TEXT.encode()
    assert load_company(root).revision == theirs.revision
    assert pull(root, theirs.files, company, load_settings(root)) == Pulled((), (NEW,), ())
    assert not (root / NEW).exists()


def test_the_machines_own_sections_stay_as_they_are_here(root: Path, company: Company) -> None:
    change(root, "limen.toml", 'data = "data"', 'data = "elsewhere"\n[listen]\naddress = "127.0.0.2:8080"')
    toml = FILES["limen.toml"].replace('staff = "Staff"', 'staff = "Everybody"')
    theirs = candidate(company, {"limen.toml": toml})
    done = pull(root, FILES, theirs, load_settings(root))
    assert done.written == ("limen.toml",)
    settings = load_settings(root)
    assert (settings.groups["staff"], str(settings.storage.data)) == ("Everybody", "elsewhere")
    assert settings.listen.address == "127.0.0.2:8080"
    assert load_company(root).revision == theirs.revision
    assert (root / "limen.toml").read_text().startswith("# Harbor, small.\n")


def test_sections_that_are_the_same_leave_the_text_alone() -> None:
    theirs, ours = 'name = "A"\n\n[listen]\naddress = "x"\n', 'name = "B"\n[listen]\naddress = "x"\n'
    assert with_machine_sections(theirs, ours) == theirs
    assert with_machine_sections(theirs, 'name = "B"\n') == 'name = "A"\n'
    inline = 'name = "A"\nlist = [\n  "[listen]",\n]\n'
    assert with_machine_sections(inline, inline) == inline


def test_what_could_not_mean_the_same_is_not_written(root: Path, company: Company) -> None:
    """A section written inline can't be cut out of a text; then nothing is touched."""
    inline = FILES["limen.toml"].replace("[groups]", 'listen = {address = "127.0.0.2:8080"}\n\n[groups]')
    theirs = candidate(company, {"limen.toml": inline, NEW: TEXT})
    with pytest.raises(LimenError, match="by hand"):
        pull(root, FILES, theirs, load_settings(root))
    assert not (root / NEW).exists()


def test_conflicts_are_all_named_and_nothing_is_written(root: Path, company: Company) -> None:
    theirs = candidate(company, {name: f"{FILES[name]}\n# theirs\n" for name in ("apps.yaml", "policies/tests.yaml")})
    for name in ("apps.yaml", "policies/tests.yaml"):
        change(root, name, FILES[name], f"{FILES[name]}\n# ours\n")
    with pytest.raises(LimenError, match=r"apps.yaml, policies/tests.yaml"):
        pull(root, FILES, theirs, load_settings(root))
    assert pull(root, FILES, theirs, load_settings(root), Conflict.KEEP).written == ()
    assert pull(root, FILES, theirs, load_settings(root), Conflict.TAKE).written == ("apps.yaml", "policies/tests.yaml")


def test_a_link_is_never_written_through(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "linked").symlink_to(outside)
    (root / "apps.yaml").unlink()
    (root / "apps.yaml").symlink_to(outside / "apps.yaml")
    for name in ("linked/x.cedar", "apps.yaml", "../outside/x"):
        with pytest.raises(LimenError, match="link"):
            write_text(root, name, "x")
    assert list(outside.iterdir()) == []


def test_a_revision_without_texts_can_not_be_written(root: Path, company: Company, tmp_path: Path) -> None:
    bare = replace(company, files={})
    with pytest.raises(LimenError, match="not stored"):
        pull(root, FILES, bare, load_settings(root))
    with pytest.raises(LimenError, match="not stored"):
        write_all(tmp_path / "new", bare)
