"""`limen provision`: on the server, against a real SCIM server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import scim_app
from tests.cli.access_folder import folder
from tests.cli.test_main import leave
from tests.cli.test_request import said
from tests.scim_app import TOKEN, ScimApp, refusal
from tests.sso.provisioning.at_wiki import WIKI, write

from limen.connectors.scim.users import SentUser
from limen.demo.harbor import copy_to

__all__ = ["folder"]

pytestmark = pytest.mark.slow


@pytest.fixture
def there() -> Iterator[ScimApp]:
    with scim_app.serving() as serving:
        yield serving


def test_it_is_connected_compared_and_listed(
    there: ScimApp, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "harbor"
    copy_to(folder, prefer_usual_ports=False)
    write(there, folder)
    assert leave("apply", str(folder), "-m", "a wiki") == 0
    capsys.readouterr()
    (one,) = said(capsys, "provision", "list", str(folder))
    assert (one["app"], one["has_token"], one["accounts"]) == (WIKI, False, [])
    assert leave("provision", "compare", WIKI, str(folder)) != 0
    token = tmp_path / "token"
    token.write_text(TOKEN)
    assert leave("provision", "connect", WIKI, str(folder), "--file", str(token)) == 0
    assert TOKEN not in capsys.readouterr().out
    remote_id = there.add(SentUser("", "robot"))
    (found,) = said(capsys, "provision", "compare", WIKI, str(folder), "--dry-run")
    assert (found["kind"], found["account"], found["user_name"]) == ("stranger", remote_id, "robot")
    (one,) = said(capsys, "provision", "list", WIKI, str(folder))
    assert (one["has_token"], one["compared_at"], one["differences"]) == (True, 0, [])
    for words in (("go-on", WIKI), ("deactivate", WIKI, "--account", remote_id), ("link", WIKI)):
        assert leave("provision", words[0], words[1], str(folder), *words[2:]) != 0
    assert leave("provision", "forget", WIKI, str(folder)) != 0
    assert leave("provision", "forget", "an-old-one", str(folder)) == 0
    there.of_next(9, refusal(401))
    assert leave("provision", "compare", WIKI, str(folder)) != 0
    assert TOKEN not in "".join(capsys.readouterr())


@pytest.mark.parametrize("words", [("compare",), ("connect", "handbook"), ("sync", WIKI), ("deactivate", "handbook")])
def test_what_makes_no_sense_is_refused(folder: Path, words: tuple[str, ...]) -> None:
    assert leave("provision", *words, str(folder)) != 0
