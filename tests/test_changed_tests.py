"""What a change reaches: by rules on an invented repository, and by the facts of this one."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

import pytest
from tools import changed_tests
from tools.changed_tests import Chosen, Repository, changed_files, choose, imports_of_limen, read_repository

FILES = {
    "src/limen/__init__.py": "",
    "src/limen/facts/__init__.py": "",
    "src/limen/facts/fact_store.py": "X = 1",
    "src/limen/web/__init__.py": "",
    "src/limen/web/site.py": "from limen.facts import known",
    "src/limen/web/pages.py": "from limen.web import site",
    "src/limen/storage/__init__.py": "",
    "src/limen/storage/tables.py": "",
    "src/limen/storage/migrations/__init__.py": "",
    "src/limen/storage/migrations/env.py": "from limen.storage import tables",
    "src/limen/cli/__init__.py": "",
    "src/limen/cli/main.py": 'COMMANDS = {"serve": "limen.cli.serve"}',
    "src/limen/cli/serve.py": "from limen.web import pages",
    "tests/conftest.py": "import limen.web.site",
    "tests/facts/test_fact_store.py": "",
    "tests/storage/test_tables.py": "from limen.storage import tables",
    "tests/storage/expected/schema.txt": "",
    "tests/web/conftest.py": "import limen.web.site",
    "tests/web/test_pages.py": "def test(): ...",
    "tests/web/walk.py": "from limen.storage.tables import X",
    "tests/web/test_walk.py": "from tests.web.walk import far",
    "tests/cli/test_serve.py": "import subprocess",
    "tests/docs/test_links.py": 'DOCS = "docs"',
    "tests/interop/test_nginx.py": 'CONFIG = "nginx.conf"',
    "docs/how-to/nginx.conf": "",
    "agent/tests/conftest.py": "",
    "agent/tests/test_wheel.py": "from tests.interop.apps import environment",
    "tests/interop/apps.py": "",
    "agent/tests/keys/test_file_key.py": "",
}
IMPORTED = {
    "limen.web.site": frozenset({"limen.facts.fact_store"}),
    "limen.web.pages": frozenset({"limen.web.site"}),
    "limen.cli.serve": frozenset({"limen.web.pages", "limen.storage"}),
    "limen.storage.migrations.env": frozenset({"limen.storage.tables"}),
}
WEB = {"tests/cli/test_serve.py", "tests/web/test_pages.py", "tests/web/test_walk.py"}
AGENT = {"agent/tests/test_wheel.py", "agent/tests/keys/test_file_key.py"}
STORAGE = {"tests/cli/test_serve.py", "tests/storage/test_tables.py", "tests/web/test_walk.py"}


@pytest.fixture
def invented(tmp_path: Path) -> Repository:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return read_repository(tmp_path, IMPORTED)


@cache
def this() -> Repository:
    return read_repository(changed_tests.HERE, imports_of_limen())


@pytest.mark.parametrize(
    ("changed", "reached"),
    [
        (
            "src/limen/web/pages.py",
            {"tests/cli/test_serve.py", "tests/web/test_pages.py"},
        ),  # and who starts it
        ("src/limen/facts/fact_store.py", {"tests/facts/test_fact_store.py", *WEB}),  # through the conftest below web
        ("src/limen/web/templates/page.html", WEB),  # a page stands for its package
        ("src/limen/storage/migrations/versions/0002.py", STORAGE),  # nobody imports a migration
        ("tests/web/walk.py", {"tests/web/test_walk.py"}),
        ("tests/interop/apps.py", {"agent/tests/test_wheel.py"}),
        ("agent/src/limen_agent/errors.py", AGENT),
        ("agent/README.md", AGENT),
        ("tests/web/test_pages.py", {"tests/web/test_pages.py"}),
        ("tests/web/test_gone.py", set()),
        ("tests/web/conftest.py", {"tests/web/test_pages.py", "tests/web/test_walk.py"}),
        ("tests/storage/expected/schema.txt", {"tests/storage/test_tables.py"}),
        ("docs/how-to/nginx.conf", {"tests/docs/test_links.py", "tests/interop/test_nginx.py"}),
        ("README.md", {"tests/docs/test_links.py"}),
        ("tests/conftest.py", {name for name in FILES if "/test_" in name} - {"agent/tests/keys/test_file_key.py"}),
    ],
)
def test_a_change_reaches_what_needs_it_and_no_more(invented: Repository, changed: str, reached: set[str]) -> None:
    assert set(choose([changed], invented).paths) == reached


@pytest.mark.parametrize("changed", ["pyproject.toml", "requirements-dev.lock", "strange.bin", ".ci/new"])
def test_what_nobody_can_place_reaches_everything(invented: Repository, changed: str) -> None:
    chosen = choose(["src/limen/web/pages.py", changed], invented)
    assert chosen.paths == (changed_tests.EVERYTHING, changed_tests.OF_THE_AGENT)
    assert changed in chosen.why


def test_where_nothing_changed_nothing_is_chosen(invented: Repository) -> None:
    assert choose([], invented).paths == ()


def test_why_stays_one_line_however_much_changed(invented: Repository) -> None:
    chosen = choose([f"src/limen/web/{number}.py" for number in range(90)], invented)
    assert isinstance(chosen, Chosen)
    assert "and 86 more" in chosen.why
    assert "\n" not in chosen.why


def test_a_file_that_can_not_be_parsed_is_still_its_own_tests_matter(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_broken.py").write_text("def test(:")
    repository = read_repository(tmp_path, {})
    assert choose(["tests/test_broken.py"], repository).paths == ("tests/test_broken.py",)


def test_changed_is_what_differs_from_where_the_branch_left_and_what_is_new(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@harbor.example", "-c", "init.defaultBranch=main")
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    for name in ("kept.py", "edited.py", "gone.py"):
        (tmp_path / name).write_text("")
    git("add", ".")
    git("commit", "-m", "first")
    git("checkout", "-b", "branch")
    (tmp_path / "committed.py").write_text("")
    git("add", ".")
    git("commit", "-m", "second")
    (tmp_path / "edited.py").write_text("x")
    (tmp_path / "gone.py").unlink()
    (tmp_path / "a new one.py").write_text("")
    assert changed_files(tmp_path, "HEAD") == ["a new one.py", "edited.py", "gone.py"]
    assert changed_files(tmp_path, "main") == ["a new one.py", "committed.py", "edited.py", "gone.py"]
    with pytest.raises(SystemExit):
        changed_files(tmp_path, "no-such-revision")


@pytest.mark.parametrize(
    ("changed", "reached"),
    [
        ("src/limen/policy/schema.cedarschema", "tests/policy/test_schema.py"),
        ("src/limen/messages/de.po", "tests/messages/test_catalogue.py"),
        ("src/limen/web/static/limen.css", "tests/web/test_assets.py"),
        ("src/limen/company/baseline/policies/10-people.cedar", "tests/company/test_new_folder.py"),
        ("src/limen/cli/matrix.py", "tests/cli/test_matrix.py"),
        ("src/limen/identity/recovery.py", "tests/journeys/test_lost_device.py"),
        ("examples/harbor/apps.yaml", "tests/demo/test_harbor.py"),
        ("src/limen/front/config/Caddyfile.jinja", "tests/interop/test_caddy.py"),
        ("docs/reference/events.md", "tests/docs/test_reference.py"),
        ("do.py", "tests/test_do.py"),
    ],
)
def test_what_it_says_of_this_repository(changed: str, reached: str) -> None:
    paths = choose([changed], this()).paths
    assert reached in paths
    assert changed_tests.EVERYTHING not in paths


def test_a_small_change_here_reaches_few_tests() -> None:
    assert len(choose(["src/limen/cli/render.py"], this()).paths) < len(this().tests()) / 3
    assert len(choose(["tests/laws/order_cases.py"], this()).paths) < 5
