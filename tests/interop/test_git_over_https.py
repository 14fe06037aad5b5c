"""Real git and curl over TLS, with tokens: what each may do is the app's `actions`, as the how-to gives them."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.enforcement.house import NOW, House, apps, gateway
from tests.interop.fronts import HOW_TO, program

from limen.clock import DAY
from limen.company.routes import read_route
from limen.facts import ActionRule
from limen.facts.tokens import new_secret, token_hash
from limen.identity.app_token import AppToken

HOST = "wiki.harbor.example"


@dataclass
class World:
    """A git server behind Limen's gateway with TLS; `port` is where clients come in."""

    house: House
    port: int
    folder: Path
    reached: list[str]

    def token(self, *actions: str) -> str:
        """A new token of Ana's, for this app and these actions."""
        secret = new_secret()
        one = AppToken(f"t_{secret[-4:]}", "ana", "git", "wiki", frozenset(actions), 2, NOW - 5, NOW - 1, NOW + DAY)
        self.house.known.tokens.put(token_hash(secret.encode()), one.session)
        return secret

    async def run(self, *words: str, token: str = "", folder: Path | None = None) -> tuple[int, str]:
        """What a program says, and how it ends. It finds the token where git keeps none: in an ASKPASS of its own."""
        found = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "TOKEN": token, "LC_ALL": "C"}
        for number, (name, value) in enumerate(
            (
                ("http.sslCAInfo", str(self.folder / "tls.crt")),
                ("http.curloptResolve", f"{HOST}:{self.port}:127.0.0.1"),
                ("user.name", "Ana"),
                ("user.email", "ana@harbor.example"),
                ("init.defaultBranch", "main"),
            )
        ):
            found |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
        found |= {"GIT_CONFIG_COUNT": "5", "GIT_CONFIG_NOSYSTEM": "1", "GIT_ASKPASS": str(self.folder / "askpass")}
        process = await asyncio.create_subprocess_exec(
            *words,
            cwd=folder or self.folder,
            env=found,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, said.decode()


def actions_in_the_how_to() -> tuple[ActionRule, ...]:
    """The `actions` for git that docs/how-to gives, and PROPFIND for WebDAV."""
    text = (HOW_TO / "git-webdav-and-scripts.md").read_text()
    given = [yaml.safe_load(block)["actions"] for block in re.findall(r"```yaml\n(actions:.*?)```", text, re.DOTALL)]
    assert len(given) == 2
    routes = [(action, read_route(one)) for some in given for action, every in some.items() for one in every]
    return tuple(ActionRule(action, route.methods, route.pattern) for action, route in routes)


def certificate(folder: Path) -> None:
    """One for this host, signed by itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "tls.key").write_bytes(pem)


async def git_server(closing: AsyncExitStack, folder: Path, reached: list[str]) -> str:
    """`git http-backend` over plain http, as an app is behind Limen; its address."""

    async def backend(request: web.Request) -> web.Response:
        reached.append(f"{request.method} {request.path_qs} {sorted(request.headers.items())}")
        if request.method == "PROPFIND":
            return web.Response(status=207, text="<multistatus/>", content_type="application/xml")
        asked = {
            "GIT_PROJECT_ROOT": str(folder / "served"),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "somebody",
            "REQUEST_METHOD": request.method,
            "PATH_INFO": request.path,
            "QUERY_STRING": request.query_string,
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
            "HTTP_GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
            "PATH": os.environ["PATH"],
        }
        process = await asyncio.create_subprocess_exec(
            "git", "http-backend", env=asked, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate(await request.read())
        head, _, body = out.partition(b"\r\n\r\n")
        fields = dict(line.decode().split(": ", 1) for line in head.splitlines())
        return web.Response(status=int(fields.pop("Status", "200")[:3]), headers=fields, body=body)

    app = web.Application(client_max_size=16 << 20)
    app.router.add_route("*", "/{path:.*}", backend)
    runner = web.AppRunner(app, auto_decompress=False)
    await runner.setup()
    closing.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    program("git")
    certificate(tmp_path)
    askpass = tmp_path / "askpass"
    askpass.write_text('#!/bin/sh\ncase "$1" in Username*) echo token;; *) echo "$TOKEN";; esac\n')
    askpass.chmod(0o700)
    reached: list[str] = []
    async with AsyncExitStack() as closing:
        house = House(upstream=await git_server(closing, tmp_path, reached))
        wiki, *others = apps(house.upstream)
        house.known.set_company([replace(wiki, rules=actions_in_the_how_to()), *others], [])
        tls = {"ssl_certfile": str(tmp_path / "tls.crt"), "ssl_keyfile": str(tmp_path / "tls.key")}
        port = await closing.enter_async_context(gateway(house, **tls))
        running = World(house, port, tmp_path, reached)
        for words in (("init", "-q", "--bare", "served/tools.git"), ("init", "-q", "first")):
            assert await running.run("git", *words) == (0, "")
        first = tmp_path / "first"
        assert (await running.run("git", "commit", "-q", "--allow-empty", "-m", "Begin", folder=first))[0] == 0
        assert (await running.run("git", "push", "-q", "../served/tools.git", "HEAD:main", folder=first))[0] == 0
        yield running


async def test_git_clones_pushes_and_is_refused_with_the_reason(world: World) -> None:
    url, work = f"https://token@{HOST}:{world.port}/tools.git", world.folder / "work"
    view, edit = world.token("view"), world.token("view", "edit")
    code, said = await world.run("git", "clone", "-q", url, "work", token=view)
    assert code == 0, said
    assert (await world.run("git", "commit", "-q", "--allow-empty", "-m", "Go on", folder=work))[0] == 0

    code, said = await world.run("git", "push", "-q", "origin", "HEAD", token=view, folder=work)
    assert code != 0
    assert "remote: This token was created for a different app or different actions." in said
    assert world.house.journal.last.reasons[0].policy == "token-out-of-scope"
    assert not any(seen.startswith("POST") and "receive-pack" in seen for seen in world.reached)

    code, said = await world.run("git", "push", "-q", "origin", "HEAD", token=edit, folder=work)
    assert code == 0, said
    assert any(seen.startswith("POST /tools.git/git-receive-pack") for seen in world.reached)

    for wrong, words in (("hunter2", "is not a token"), (f"{view[:-1]}x", "token isn't valid here")):
        code, said = await world.run("git", "fetch", "-q", token=wrong, folder=work)
        assert code != 0
        assert words in said

    world.house.known.set_not_before(("person", "ana"), NOW)
    code, said = await world.run("git", "fetch", "-q", token=view, folder=work)
    assert code != 0
    assert "remote: This token was revoked." in said
    assert "Authentication failed" in said
    assert not any(secret in seen for secret in (view, edit) for seen in world.reached)
    assert not any(secret in (work / ".git/config").read_text() for secret in (view, edit))


async def test_webdav_asks_with_basic_and_nobody_gets_in_without(world: World) -> None:
    program("curl")
    view = world.token("view")
    ask = ["curl", "-sS", "-X", "PROPFIND", "-H", "Depth: 1", "--cacert", "tls.crt", "-w", "%{http_code}"]
    ask += ["--resolve", f"{HOST}:{world.port}:127.0.0.1", f"https://{HOST}:{world.port}/"]
    assert await world.run(*ask, "-u", f"anybody:{view}") == (0, "<multistatus/>207")
    assert "authorization" not in world.reached[-1].lower()
    code, said = await world.run(*ask)
    assert (code, said[-3:]) == (0, "401")
    code, said = await world.run(*ask, "-u", f"anybody:{view}", "-X", "PROPPATCH")
    assert said.endswith("403")
    assert "different actions" in said
