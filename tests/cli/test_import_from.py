from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.importing.harbor import EXPORTS

AUTHELIA, KEYCLOAK = str(EXPORTS / "authelia"), str(EXPORTS / "keycloak")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("okta", "x.json"), 1),
        (("people", "a.csv", "b", "c"), 2),
        (("authelia", AUTHELIA, "--write", "--dry-run"), 2),
        (("authelia", AUTHELIA, "-m", "why"), 2),
        (("authelia", AUTHELIA, "--app", "wiki"), 2),
        (("authelia", "nowhere.yml"), 1),
        (("keycloak", KEYCLOAK, "--write", "--app", "typo.harbor.example=http://10.0.0.5"), 1),
        (("keycloak", AUTHELIA), 1),
        (("authelia", AUTHELIA, "--part", "harbor"), 1),
    ],
)
def test_a_wrong_call_is_told_and_nothing_is_written(words: tuple[str, ...], code: int, tmp_path: Path) -> None:
    assert leave("import", *words, *(["--company", str(tmp_path / "x")] if words[0] != "people" else [])) == code
    assert not (tmp_path / "x").exists()
