"""`limen add app --metadata`: from a file, or an address."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.sso.saml.test_sp_metadata import of_python3_saml

from limen.cli.main import main
from limen.cli.saml_metadata import read_provider
from limen.company.load import load_company
from limen.errors import LimenError

HARBOR = Path(__file__).parents[2] / "examples" / "harbor"


@pytest.fixture
def app() -> Iterator[str]:
    class App(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = of_python3_saml() if self.path == "/metadata" else b"x" * 2_000_000
            self.send_response(302 if self.path == "/moved" else 200)
            self.send_header("location", "/metadata")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), App)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_an_app_is_added_with_what_it_says_of_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(shutil.copytree(HARBOR, tmp_path / "harbor"))
    (tmp_path / "sp.xml").write_bytes(of_python3_saml())
    words = ["add", "app", "board", "https://board.example/", str(folder), "--for", "staff"]
    with pytest.raises(SystemExit) as left:
        main([*words, "--metadata", str(tmp_path / "sp.xml")])
    assert not left.value.code
    said = capsys.readouterr().out
    assert "/saml/metadata" in said
    board = load_company(folder).all_apps["board"]
    assert board.saml is not None
    assert (board.saml.entity_id, board.url) == ("https://wiki.harbor.example/metadata", "https://board.example/")


def test_an_app_that_can_only_decrypt_what_is_broken_is_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """AES-CBC lets whoever can ask often read what is encrypted: Limen signs, and says that it does no more."""
    cbc = b'<md:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></md:KeyDescriptor>'
    document = of_python3_saml(wantAssertionsEncrypted=True).replace(b"</md:KeyDescriptor>", cbc)
    told = []
    for number, text in enumerate((of_python3_saml(wantAssertionsEncrypted=True), document)):
        folder = Path(shutil.copytree(HARBOR, tmp_path / f"harbor{number}"))
        (tmp_path / "sp.xml").write_bytes(text)
        with pytest.raises(SystemExit):
            main(["add", "app", "board", "https://board.example/", str(folder), "--metadata", str(tmp_path / "sp.xml")])
        board = load_company(folder).all_apps["board"].saml
        assert board is not None
        told.append((board.is_encrypted, "not encrypted" in capsys.readouterr().out))
    assert told == [(True, False), (False, True)]


def test_it_can_be_asked_for(app: str) -> None:
    assert read_provider(f"{app}/metadata").name_id == "email"


def test_what_is_no_metadata_or_must_not_be_asked_is_said(app: str, tmp_path: Path) -> None:
    for source in (
        f"{app}/endless",
        f"{app}/moved",
        "https://169.254.169.254/metadata",
        "http://wiki.example/metadata",
        str(tmp_path / "nothing.xml"),
        str(tmp_path),
    ):
        with pytest.raises(LimenError):
            read_provider(source)
