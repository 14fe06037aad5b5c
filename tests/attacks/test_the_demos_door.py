"""The door that signs a visitor in exists in the demo alone: not in Limen, not by importing it, not from elsewhere."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tests.journeys.conftest import own_folder

from limen import app
from limen.company.load import load_company
from limen.demo.control_panel import ARRIVE

SERVING = """
import sys
import limen.cli.serve, limen.app, limen.web, limen.web.build
sys.exit(any(name == "limen.demo" or name.startswith("limen.demo.") for name in sys.modules))
"""


def test_what_serves_a_company_never_imports_the_demo() -> None:
    assert subprocess.run([sys.executable, "-c", SERVING], check=False, timeout=60).returncode == 0
    source = Path(app.__file__).parent
    outside = [
        path
        for path in source.rglob("*.py")
        if "limen.demo" in path.read_text("utf-8") and not path.is_relative_to(source / "demo")
    ]
    assert outside == [source / "cli" / "demo.py"]


async def test_a_served_limen_has_no_such_route_and_no_such_host(tmp_path: Path) -> None:
    company = load_company(own_folder(tmp_path, 8080, 9101))
    async with AsyncExitStack() as closing:
        limen = await app.open_limen(closing, company.settings, tmp_path, lambda: company)
        for path in (f"{ARRIVE}?ticket={'A' * 43}", "/do/be", "/going", "/curl"):
            for host, refusals in (("limen.harbor.localhost:8080", {404, 405}), ("harbor.localhost:8080", {403})):
                for method in ("GET", "POST"):
                    status, headers = await ask(limen.asgi, method, host, path)
                    assert status in refusals, (method, host, path)
                    assert not any(b"__Host-limen=" in value for name, value in headers if name == b"set-cookie")


async def ask(asgi: Any, method: str, host: str, path: str) -> tuple[int, list[tuple[bytes, bytes]]]:
    sent: list[dict[str, Any]] = []
    path, _, query = path.partition("?")
    headers = [(b"host", host.encode()), (b"sec-fetch-site", b"same-site"), (b"sec-fetch-mode", b"navigate")]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8080),
    }

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await asgi(scope, receive, send)
    return sent[0]["status"], list(sent[0]["headers"])
