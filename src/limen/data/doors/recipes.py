"""What Squid, Postfix and Samba are told so that they ask Limen, or tell it: text to paste, each with where it goes."""

from __future__ import annotations


def squid(address: str, *, is_encrypted: bool = False, asks_about_responses: bool = True) -> str:
    """For `squid.conf`. `address` is where Squid reaches the ICAP server, `host:port`.

    `bypass=off` is what lets nothing through while Limen can't be asked.
    """
    scheme = "icaps" if is_encrypted else "icap"
    services = [("limen_sent", "reqmod_precache", "reqmod")]
    if asks_about_responses:
        services.append(("limen_received", "respmod_precache", "respmod"))
    lines = [
        "# What goes to your own sites is known by their names, so a request may not claim another than it goes to.",
        "host_verify_strict on",
        "icap_enable on",
        "icap_preview_enable on",
        "icap_preview_size 1024",
        "icap_persistent_connections on",
        "icap_send_client_username on",
        "adaptation_send_client_ip on",
        "icap_client_username_header X-Authenticated-User",
    ]
    for name, point, path in services:
        lines += [
            f"icap_service {name} {point} {scheme}://{address}/{path} bypass=off",
            f"adaptation_access {name} allow all",
        ]
    return "\n".join((*lines, ""))


def postfix(address: str, *, without: str = "tempfail") -> str:
    """For `main.cf`. `address` is where Postfix reaches the milter, `host:port`.

    `without` is what becomes of mail while Limen can't be asked: `tempfail` has it sent again later, `quarantine` keeps
    it on hold, `accept` lets it through.
    """
    return "\n".join(
        (
            "# Of two lines with one name the last counts. Where main.cf has `smtpd_milters` already, add Limen there,",
            f"# before whatever signs or filters: smtpd_milters = inet:{address}, inet:127.0.0.1:11332",
            f"smtpd_milters = inet:{address}",
            "# Mail by the sendmail command: web mail, cron, scanners. Without this line it goes past Limen.",
            f"non_smtpd_milters = inet:{address}",
            "milter_protocol = 6",
            "milter_connect_timeout = 10s",
            "milter_content_timeout = 300s",
            f"milter_default_action = {without}",
            "",
        )
    )


def samba() -> str:
    """For a share's section of `smb.conf`: Samba says by syslog who writes what, from which address.

    By syslog, because that keeps a name on one line, whatever somebody put into it.
    """
    return (
        "# Where the share, or [global], has `vfs objects` already, add full_audit to the end of that list and keep\n"
        "# the rest, since a share's own line replaces the global one: vfs objects = acl_xattr recycle full_audit\n"
        "vfs objects = full_audit\n"
        "full_audit:prefix = limen|%u|%I|%S\n"
        "full_audit:success = renameat openat\n"
        "full_audit:failure = none\n"
        "full_audit:facility = local5\n"
        "full_audit:priority = notice\n"
    )


def rsyslog(log: str, user: str = "limen") -> str:
    """For a file of `/etc/rsyslog.d`: what Samba says, in a log of its own, which `user` (Limen's) may read."""
    return (
        'if $syslogfacility-text == "local5" and $programname startswith "smbd" then {\n'
        f'  action(type="omfile" file="{log}" fileOwner="{user}" fileCreateMode="0600")\n'
        "  stop\n"
        "}\n"
    )
