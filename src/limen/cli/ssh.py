"""`limen ssh HOST`: log in to a host with plain OpenSSH and a certificate for minutes.

The browser is opened, where one is signed in; the certificate comes back to this computer alone. Until it is over,
nothing is asked again. Three words are no hosts: `config` prints lines for ~/.ssh/config, after which plain `ssh` and
all that uses it does the same; `certificate` is what those lines call; `host-setup` is for the server.
"""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path
from typing import Annotated, Final

import typer

from limen.cli.kept_here import where_limen_is
from limen.cli.options import MisusedError
from limen.cli.ssh_certificates import OnThisComputer, ssh_options
from limen.errors import LimenError

CONFIG, CERTIFICATE, HOST_SETUP = "config", "certificate", "host-setup"
_CONFIG: Final = """# Hosts that are reached through Limen. Add `User NAME` where your account there has another name.
Match host {hosts} exec "{program} ssh certificate %n"
{options}"""


def run(
    words: Annotated[
        list[str],
        typer.Argument(metavar="HOST [COMMAND]…", help="Or config, certificate or host-setup"),
    ],
    *,
    account: Annotated[str, typer.Option("--as", help="The account there (default: your own)")] = "",
    sudo: Annotated[bool, typer.Option("--sudo", help="Ask for acting as root there, too")] = False,
    option: Annotated[list[str] | None, typer.Option("-o", help="An option of ssh, as Port=2222")] = None,
    url: Annotated[str, typer.Option("--limen", help="Where Limen is, the first time: https://limen.…")] = "",
    browser: Annotated[bool, typer.Option(help="Open the browser, or only print the address")] = True,
) -> None:
    task, rest = words[0], words[1:]
    if task == HOST_SETUP:
        _host_setup(*rest)
    elif task == CONFIG:
        where_limen_is(url)
        print(_config(rest))
    elif task == CERTIFICATE:
        _kept(_only(rest), account, url, is_elevated=sudo, opens_browser=browser)
    else:
        kept = _kept(task, account, url, is_elevated=sudo, opens_browser=browser)
        given = [word for one in option or () for word in ("-o", one)]
        login = ["-l", kept.account] if kept.account else []
        os.execvp("ssh", ["ssh", *ssh_options(kept.folder, task), *given, *login, task, *rest])  # noqa: S606, S607


def _kept(host: str, account: str, url: str, *, is_elevated: bool, opens_browser: bool) -> OnThisComputer:
    """A certificate that is good for the next moments: the one at hand, or a new one."""
    kept = OnThisComputer.of(host, account, is_elevated=is_elevated)
    if not kept.is_good():

        def show(address: str, mark: str) -> None:
            sys.stderr.write(f"Confirm in your browser that the code is {mark}:\n{address}\n")
            if opens_browser:
                webbrowser.open(address)

        kept = kept.renewed(where_limen_is(url), show)
    return kept


def _only(words: list[str]) -> str:
    if len(words) != 1:
        raise MisusedError("`limen ssh certificate` takes one host")
    return words[0]


def _config(hosts: list[str]) -> str:
    if not hosts:
        raise MisusedError("name the hosts: limen ssh config db1.harbor.example")
    told = ssh_options(OnThisComputer.folder_of("%n"), "%n")[1::2]
    options = "".join("    " + one.replace("=", " ", 1) + "\n" for one in told)
    program = Path(sys.argv[0]).resolve()
    return _CONFIG.format(hosts=",".join(hosts), program=program, options=options)


def _host_setup(host: str = "", folder: str = ".") -> None:
    """On the server: a one-time token, and what to do with it on the host."""
    from hashlib import sha256

    from limen.cli.open_company import opened
    from limen.clock import SystemClock
    from limen.company.authors import SERVER
    from limen.enforcement.ssh import door, hosts
    from limen.following.one_file import one_file
    from limen.web.access.ssh_hosts import PROGRAM

    if not host:
        raise MisusedError("name the host: limen ssh host-setup db1.harbor.example")
    now = SystemClock().now()
    with opened(Path(folder), may_make=True) as here:
        named = door.app_with(here.in_force().apps, host)
        if named is None:
            raise LimenError(f"no app has a host {host[:100]!r}", "write it into an app's `ssh:` and publish that")
        token = here.database.write(lambda transaction: hosts.make_token(transaction, named, host, now, SERVER))
        url = here.settings.public_url
    print(
        f"On {host}, as root:\n"
        f"  curl -fsSo limen-ssh-host {url}/ssh/host/program &&\n"
        f"  echo '{sha256(one_file(PROGRAM).encode()).hexdigest()}  limen-ssh-host' | sha256sum -c &&\n"
        f"  python3 -I limen-ssh-host enrol {url}\n"
        f"It asks for this token, which works once and for a day:\n  {token}"
    )
