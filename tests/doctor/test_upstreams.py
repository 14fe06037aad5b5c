from __future__ import annotations

from pathlib import Path

import pytest
from tests.doctor.scene import Authority, answering, app, bad, outside, serving, setup
from tests.ports import free_port

from limen.doctor.http_client import NoAnswerError, Reply
from limen.doctor.setup import Setup
from limen.doctor.upstream_probe import Reached
from limen.doctor.upstreams import upstreams
from limen.finding import State


async def test_an_app_that_answers_is_fine(tmp_path: Path) -> None:
    async with serving(answering("401 Who")) as port:
        (found,) = await upstreams(setup(tmp_path, app(f"http://127.0.0.1:{port}")))
    assert (found.state, found.what, found.where) == (State.OK, "Wiki responds (401)", "wiki")


async def test_nothing_protected_yet_is_no_alarm(tmp_path: Path) -> None:
    assert [one.state for one in await upstreams(setup(tmp_path))] == [State.SKIPPED]


@pytest.mark.parametrize(
    ("status", "fix"), [("400 Bad", "add wiki.harbor.example"), ("421 No", "keep_host"), ("502 Bad", "app's log")]
)
async def test_what_it_says_to_its_host_name_is_looked_at(tmp_path: Path, status: str, fix: str) -> None:
    async with serving(answering(status)) as port:
        (found,) = await upstreams(setup(tmp_path, app(f"http://127.0.0.1:{port}")))
    assert found.state is State.WARNING
    assert fix in found.fix


async def test_a_certificate_that_ends_soon_is_told_in_time(tmp_path: Path) -> None:
    ours = Authority(tmp_path)
    async with serving(tls=ours.serves("127.0.0.1", days=(-60, 9.5))) as port:
        (found,) = await upstreams(setup(tmp_path, app(f"https://127.0.0.1:{port}", ca_file=str(ours.file))))
    assert found.state is State.WARNING
    assert "expires in 9 days" in found.what


class Given(Setup):
    """A set-up whose app was reached in a way that is given."""

    given: Reached

    async def reached(self):
        return {"wiki": self.given}


async def said(tmp_path: Path, url: str, reached: Reached) -> list[str]:
    there = setup(tmp_path, app(url))
    given = Given(there.root, there.settings, there.apps, outside())
    given.given = reached
    return [f"{one.what} -> {one.fix}" for one in bad(await upstreams(given))]


async def test_each_way_not_to_answer_has_its_words(tmp_path: Path) -> None:
    port = free_port()
    words = {
        "refused": "nothing is listening at",
        "slow": "doesn't respond within seconds",
        "too-much": "longer than 65,536 bytes",
        "garbage": "respond with HTTP",
        "unreachable": "can't be reached",
        "ca-file": "can't be read",
    }
    for word, sentence in words.items():
        (told,) = await said(tmp_path, f"http://127.0.0.1:{port}", Reached(wrong=NoAnswerError(word)))
        assert sentence in told
        assert "-> " in told
    (told,) = await said(tmp_path, "http://a.invalid", Reached(unresolved="no"))
    assert "a.invalid has no address" in told


async def test_plain_http_elsewhere_is_told_unless_the_company_says_why(tmp_path: Path) -> None:
    given = Reached(reply=Reply(200))
    for why, number in (("", 1), ("containers of one machine", 0)):
        there = setup(tmp_path, app("http://10.255.0.1:1", plain_text_why=why))
        one = Given(there.root, there.settings, there.apps, outside())
        one.given = given
        assert len(bad(await upstreams(one))) == number
