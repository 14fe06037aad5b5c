"""What DNS says: from a zone file, and from a name server on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.resolver
import dns.rrset
import pytest
from tests.assessing.harbor import DOMAIN, NOW, ZONE
from tests.assessing.made import file, nothing

from limen.assessing.domains import ask_domains, by_resolver, mail_domains, take_zone
from limen.assessing.folder import RefusedError
from limen.assessing.kinds import Provider
from limen.assessing.told import Account, Domain
from limen.errors import LimenError


def zone(text: str) -> Domain:
    told = nothing()
    take_zone(told, file("a.zone", text))
    return next(iter(told.domains.values()))


def test_mail_records_and_the_provider_that_they_name() -> None:
    found = zone(ZONE)
    assert (found.name, found.mail_hosts) == (DOMAIN, ("harbor-example.mail.protection.outlook.com",))
    assert (len(found.spf), len(found.dmarc), found.signing_keys) == (1, 1, 1)
    assert (found.has_mta_sts, found.has_caa, found.providers) == (False, False, {Provider.ENTRA})


def test_google_is_known_by_its_mail_hosts_and_no_other_name_that_ends_alike() -> None:
    head = f"$ORIGIN {DOMAIN}.\n$TTL 60\n@ IN SOA ns1 h 1 2 3 4 5\n@ IN NS ns1\nns1 IN A 192.0.2.1\n"
    assert zone(head + "@ IN MX 1 aspmx.l.google.com.\n").providers == {Provider.GOOGLE}
    assert zone(head + "@ IN MX 1 mx.notgoogle.com.\n").providers == frozenset()
    assert zone(head + "@ IN MX 0 .\n").has_no_mail


def test_more_of_mail() -> None:
    found = zone(ZONE + '_mta-sts IN TXT "v=STSv1; id=1"\n@ IN CAA 0 issue "ca.example"\n@ IN TXT "v=spf1 " "+all"\n')
    assert (found.has_mta_sts, found.has_caa, found.spf) == (True, True, (found.spf[0], "v=spf1 +all"))


@pytest.mark.parametrize(
    "text", [ZONE + "$INCLUDE /etc/passwd\n", ZONE + "$GENERATE 0-99999999 a$ A 192.0.2.1\n", ZONE + "a IN A nowhere\n"]
)
def test_directives_and_broken_records_are_refused_with_their_line(text: str) -> None:
    with pytest.raises(RefusedError, match=r"a\.zone:\d+"):
        zone(text)


def test_a_zone_that_does_not_say_of_what_it_is_is_refused() -> None:
    with pytest.raises(RefusedError):
        zone("@ IN SOA ns1 h 1 2 3 4 5\n")


def test_the_domains_of_peoples_addresses_the_most_used_first() -> None:
    told = nothing()
    for address in ("a@b.example", "a@harbor.example", "b@harbor.example", "x@h.onmicrosoft.com", "x@no domain"):
        told.accounts[Provider.ENTRA, address] = Account(Provider.ENTRA, address)
    assert mail_domains(told) == ["harbor.example", "b.example"]


# Asked


@pytest.fixture
def server() -> Iterator[int]:
    """A name server of the zone on the loopback address; its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind(("127.0.0.1", 0))
        own.settimeout(0.2)
        stopped = threading.Event()
        thread = threading.Thread(target=_serve, args=(own, stopped))
        thread.start()
        yield own.getsockname()[1]
        stopped.set()
        thread.join()


def _serve(own: socket.socket, stopped: threading.Event) -> None:
    texts = {f"_dmarc.{DOMAIN}.": '"v=DMARC1; p=reject"', f"{DOMAIN}.": '"v=spf1 -all"'}
    while not stopped.is_set():
        try:
            data, client = own.recvfrom(4096)
        except TimeoutError:
            continue
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        asked = query.question[0]
        if asked.rdtype == dns.rdatatype.TXT and str(asked.name) in texts:
            answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", "TXT", texts[str(asked.name)]))
        own.sendto(answer.to_wire(), client)


def resolver(port: int) -> dns.resolver.Resolver:
    found = dns.resolver.Resolver(configure=False)
    found.nameservers, found.port = ["127.0.0.1"], port
    return found


def test_the_dns_is_asked_as_a_zone_is_read(server: int) -> None:
    told = nothing()
    ask_domains(told, [DOMAIN, DOMAIN.upper()], by_resolver(resolver(server)))
    [found] = told.domains.values()
    assert (found.spf, found.dmarc, found.mail_hosts) == (("v=spf1 -all",), ("v=DMARC1; p=reject",), ())
    assert found.is_asked
    assert told.at == NOW


def test_what_is_no_domain_is_not_asked_for() -> None:
    def never(_name: str, _kind: str) -> list[str]:
        raise AssertionError

    for name in ("harbor", "a..b", "-a.example", "a b.example", "192.0.2.1"):
        with pytest.raises(LimenError):
            ask_domains(nothing(), [name], never)


def test_no_answer_is_an_error_and_not_an_absence() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind(("127.0.0.1", 0))
        unheard = resolver(own.getsockname()[1])
        unheard.timeout = 0.1
        unheard.lifetime = 0.1

        class Short(dns.resolver.Resolver):
            def resolve(self, *args: object, **more: object) -> dns.resolver.Answer:
                return super().resolve(*args, **{**more, "lifetime": 0.1})  # type: ignore[arg-type]

        short = Short(configure=False)
        short.nameservers, short.port = unheard.nameservers, unheard.port
        with pytest.raises(LimenError):
            ask_domains(nothing(), [DOMAIN], by_resolver(short))
