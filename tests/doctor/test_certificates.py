from __future__ import annotations

import socket
from pathlib import Path

from tests.doctor.scene import SIGN_IN, Authority, app, outside, serving, setup
from tests.ports import free_port

from limen.doctor.certificates import served
from limen.finding import Finding, State

APPS = [app("http://127.0.0.1:1", f"app{number}") for number in range(5)]


async def looked(tmp_path: Path, trust, tls=None) -> list[Finding]:
    async with serving(tls=tls) as port:
        return await served(setup(tmp_path, *APPS, outside_=outside(trust=trust), url=f"https://{SIGN_IN}:{port}"))


async def test_a_good_certificate_for_every_host_is_one_line(tmp_path: Path) -> None:
    ours = Authority(tmp_path)
    (found,) = await looked(tmp_path, ours.trust, ours.serves("*.harbor.example"))
    assert found.state is State.OK
    assert "valid for 89 more days" in found.what


async def test_hosts_that_the_certificate_leaves_out_are_named_together(tmp_path: Path) -> None:
    ours = Authority(tmp_path)
    good, wrong = await looked(tmp_path, ours.trust, ours.serves(SIGN_IN))
    assert (good.state, wrong.state) == (State.OK, State.WRONG)
    assert "app0.harbor.example, app1.harbor.example, app2.harbor.example and 2 more" in wrong.what
    assert "one for *.harbor.example" in wrong.fix


async def test_one_that_ends_soon_and_one_that_is_no_https_are_told(tmp_path: Path) -> None:
    ours = Authority(tmp_path)
    (soon,) = await looked(tmp_path, ours.trust, ours.serves("*.harbor.example", days=(-60, 20.5)))
    assert soon.state is State.WARNING
    assert "expires in 20 days" in soon.what
    (plain,) = await looked(tmp_path, ours.trust)
    assert plain.state is State.WRONG
    assert "plain http" in plain.what


async def test_what_does_not_answer_or_resolve_is_no_fault_of_a_certificate(tmp_path: Path) -> None:
    (silent,) = await served(setup(tmp_path, url=f"https://{SIGN_IN}:{free_port()}"))
    assert silent.state is State.WARNING
    assert "nothing responds on port" in silent.what

    async def nowhere(_name: str) -> tuple[str, ...]:
        raise socket.gaierror(socket.EAI_NONAME, "no")

    stopped = setup(tmp_path, url=f"https://{SIGN_IN}:{free_port()}", https={"mode": "internal"})
    (skipped,) = await served(stopped)
    assert "`limen serve --https`" in skipped.fix

    (unknown,) = await served(setup(tmp_path, outside_=outside(resolve=nowhere)))
    (trying,) = await served(setup(tmp_path, url="http://limen.harbor.localhost"))
    assert {unknown.state, trying.state} == {State.SKIPPED}


async def test_the_servers_own_authority_has_to_be_trusted_and_its_chain_is_whole(tmp_path: Path) -> None:
    ours = Authority(tmp_path)
    strangers = Authority(tmp_path / "strangers", "Strangers CA")
    async with serving(tls=ours.serves("*.harbor.example")) as port:
        own = setup(
            tmp_path,
            outside_=outside(trust=strangers.trust),
            url=f"https://{SIGN_IN}:{port}",
            https={"mode": "internal", "port": port},
        )
        (found,) = await served(own)
    assert found.state is State.WRONG
    assert "`limen serve --https` prints how" in found.fix
