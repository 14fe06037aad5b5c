"""What to paste where, so that a product sends its logs to Limen: for each kind and way, with this company's values.

What our tests run with the real product says so; the rest is from the makers' own pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from limen.monitor.monitor_rules import LogSource, Way

TOKEN: Final = "TOKEN"  # noqa: S105 -- what stands in its place
"""Stands where the token goes, which is shown once."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to do in one product. `text` is pasted into `where`; `is_tested` with the real one, by our tests."""

    product: str
    where: str
    text: str
    is_tested: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """How senders reach this Limen: `url` for HTTP; `host` for syslog, `port` by its way (0: not taken)."""

    url: str
    host: str
    ports: dict[str, int]


def recipes(source: LogSource, reached: Reached) -> list[Recipe]:
    """What to paste, the likeliest product first."""
    match source.way:
        case Way.TLS:
            found = list(_by_tls(reached.host, reached.ports.get("tls", 0) or 6514))
        case Way.HTTP:
            found = list(_by_http(reached.url))
        case Way.UDP | Way.TCP:
            found = list(_plain(source.way, reached.host, reached.ports.get(source.way.value, 0) or 514))
        case _:
            found = []
    found = [replace(one, note=_with_products(one, source)) for one in found]
    return sorted(found, key=lambda one: source.kind not in _KINDS.get(one.product, ()))


def lacks(source: LogSource, reached: Reached) -> str:
    """What has to be set in `limen.toml` before anything can come; "" for nothing."""
    if source.way in {Way.TLS, Way.TCP, Way.UDP} and not reached.ports.get(source.way.value):
        port = "6514" if source.way is Way.TLS else "514"
        return f'[monitor]\nsyslog_{source.way.value} = "0.0.0.0:{port}"'
    return ""


_KINDS: Final = {
    "FortiGate": ("fortigate",),
    "NXLog": ("windows",),
    "Fluent Bit": ("windows", "json"),
    "Suricata": ("suricata",),
    "rsyslog": ("syslog",),
}


_RECORDS: Final = {"Fluent Bit": "windows", "NXLog": "windows", "Suricata": "suricata"}
"""Whose records a program sends by its recipe, where that is not its own."""


def _with_products(recipe: Recipe, source: LogSource) -> str:
    """Its note; what a source of JSON must name for it is said, too."""
    product = _RECORDS.get(recipe.product, "")
    if source.kind != "json" or not product or product in source.products:
        return recipe.note
    needed = f"In monitor.yaml this source then needs `products: [{', '.join(sorted((*source.products, product)))}]`."
    return f"{recipe.note} {needed}".strip()


def _by_tls(host: str, port: int) -> Iterator[Recipe]:
    yield Recipe(
        "rsyslog",
        "/etc/rsyslog.d/90-limen.conf",
        f"""global(
  DefaultNetstreamDriverCAFile="/etc/limen-logs/authority.pem"
  DefaultNetstreamDriverCertFile="/etc/limen-logs/certificate.pem"
  DefaultNetstreamDriverKeyFile="/etc/limen-logs/key.pem"
)
*.* action(type="omfwd" target="{host}" port="{port}" protocol="tcp"
  StreamDriver="ossl" StreamDriverMode="1"
  StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="{host}"
  TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format"
  queue.type="LinkedList" queue.filename="limen" queue.maxDiskSpace="1g" queue.saveOnShutdown="on"
  action.resumeRetryCount="-1")
""",
        is_tested=True,
        note="It needs the package rsyslog-openssl. Its queue keeps what Limen can't take, on its own disk.",
    )
    yield Recipe(
        "syslog-ng",
        "/etc/syslog-ng/conf.d/limen.conf",
        f"""destination d_limen {{
  syslog("{host}" port({port}) transport("tls")
    tls(
      ca-file("/etc/limen-logs/authority.pem")
      cert-file("/etc/limen-logs/certificate.pem")
      key-file("/etc/limen-logs/key.pem")
      peer-verify(required-trusted)
    )
    disk-buffer(disk-buf-size(1073741824) reliable(yes))
  );
}};
log {{ source(s_src); destination(d_limen); }};
""",
        is_tested=True,
        note="s_src is the source that Debian's package has; elsewhere it is called otherwise.",
    )
    yield Recipe(
        "FortiGate",
        "its command line (config log syslogd setting), after importing the three files as certificates",
        f"""config log syslogd setting
  set status enable
  set server "{host}"
  set port {port}
  set mode reliable
  set enc-algorithm high
  set certificate "limen-logs"
  set format default
end
""",
    )
    yield _nxlog(f"""  Module om_ssl
  Host {host}
  Port {port}
  CAFile %INSTALLDIR%\\cert\\authority.pem
  CertFile %INSTALLDIR%\\cert\\certificate.pem
  CertKeyFile %INSTALLDIR%\\cert\\key.pem""")
    yield Recipe(
        "Suricata",
        "suricata.yaml, which hands its events to the machine's own rsyslog or syslog-ng",
        """outputs:
  - eve-log:
      enabled: yes
      filetype: syslog
      facility: local5
      types: [alert, anomaly, dns, tls, http, files, ssh]
""",
    )


def _by_http(url: str) -> Iterator[Recipe]:
    host, _, port = url.partition("://")[2].partition("/")[0].partition(":")
    is_tls = url.startswith("https:")
    yield Recipe(
        "curl",
        "a shell, to try it",
        f"""curl {url}/logs -H 'Authorization: Bearer {TOKEN}' --data-binary '{{"message": "hello"}}'
""",
        is_tested=True,
    )
    yield Recipe(
        "Fluent Bit",
        "fluent-bit.conf; on Windows with the input winevtlog, elsewhere with tail or systemd",
        f"""[INPUT]
    name          winevtlog
    channels      Security,System,Microsoft-Windows-Sysmon/Operational
[OUTPUT]
    name          splunk
    match         *
    host          {host}
    port          {port or (443 if is_tls else 80)}
    splunk_token  {TOKEN}
    tls           {"on" if is_tls else "off"}
    storage.total_limit_size 1G
""",
    )
    yield Recipe(
        "Vector",
        "vector.yaml",
        f"""sinks:
  limen:
    type: splunk_hec_logs
    inputs: ["*"]
    endpoint: {url}
    default_token: {TOKEN}
    encoding: {{codec: json}}
    buffer: {{type: disk, max_size: 1073741824, when_full: block}}
""",
    )
    yield _nxlog(f"""  Module om_http
  URL {url}/logs
  AddHeader Authorization: Bearer {TOKEN}""")
    yield Recipe(
        "anything that sends to a Splunk HTTP event collector",
        "its settings",
        f"""address  {url}/services/collector/event
token    {TOKEN}
""",
    )


def _nxlog(output: str) -> Recipe:
    """Windows' events as JSON, to where `output` says."""
    text = f"""<Extension json>
  Module xm_json
</Extension>
<Input windows>
  Module im_msvistalog
</Input>
<Output limen>
{output}
  Exec to_json();
</Output>
<Route all>
  Path windows => limen
</Route>
"""
    return Recipe("NXLog", "nxlog.conf on Windows", text)


def _plain(way: Way, host: str, port: int) -> Iterator[Recipe]:
    protocol = way.value
    yield Recipe(
        "rsyslog",
        "/etc/rsyslog.d/90-limen.conf",
        f"""*.* action(type="omfwd" target="{host}" port="{port}" protocol="{protocol}"
  template="RSYSLOG_SyslogProtocol23Format")
""",
        is_tested=True,
    )
    yield Recipe(
        "FortiGate",
        "its command line (config log syslogd setting)",
        f"""config log syslogd setting
  set status enable
  set server "{host}"
  set port {port}
  set mode {"udp" if way is Way.UDP else "reliable"}
  set format default
end
""",
    )
