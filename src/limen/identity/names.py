"""Names and email addresses in one canonical form; what could pass for another one is refused."""

from __future__ import annotations

import unicodedata

from limen.identity.errors import UnfitError

MAX_NAME = 80
MAX_EMAIL = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets
MAX_LOCAL = 64  # RFC 5321 section 4.5.3.1.1
_LOCAL_PUNCTUATION = frozenset("!#$%&'*+-/=?^_`{|}~.")  # RFC 5322 section 3.2.3 and the dot


def canonical_name(text: str) -> str:
    """A person's name: NFKC, one space between words, 1 to 80 characters that can be seen.

    Raises UnfitError for control, format, private and unassigned characters: they can hide or turn text.
    """
    if len(text) > 4 * MAX_NAME:
        raise UnfitError("name", "The name is too long", "use at most {most} characters", most=MAX_NAME)
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not 1 <= len(name) <= MAX_NAME:
        raise UnfitError("name", "The name is empty or too long", "use 1 to {most} characters", most=MAX_NAME)
    if any(unicodedata.category(character).startswith("C") for character in name):
        raise UnfitError("name", "The name contains invisible characters", "type it again")
    return name


def canonical_email(text: str) -> str:
    """An email address: NFKC, case folded, its domain in IDNA 2008 A-labels.

    Two addresses that a person would read as the same come out the same or are refused: a local part may hold
    letters of one script only, and no invisible characters. Raises UnfitError.
    """
    if len(text) > 2 * MAX_EMAIL:
        raise _unfit_email()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.strip()).casefold())
    local, at, domain = folded.rpartition("@")
    if not at or not 1 <= len(local) <= MAX_LOCAL:
        raise _unfit_email()
    _check_local(local)
    email = f"{local}@{_canonical_domain(domain)}"
    if len(email) > MAX_EMAIL:
        raise _unfit_email()
    return email


def new_email(text: str) -> str:
    """The canonical form of an address that somebody is to have: one that the world can write to. Raises UnfitError.

    Who has another one already keeps signing in with it.
    """
    email = canonical_email(text)
    if "." not in email.rpartition("@")[2]:
        raise UnfitError(
            "email", "This address doesn't end in a domain of the internet", "write it like name@example.org"
        )
    return email


def email_to_look_up(text: str) -> str:
    """The canonical address; "?", which nobody has, for what can't be one: it goes the same way as an unknown one."""
    try:
        return canonical_email(text)
    except UnfitError:
        return "?"


def _check_local(local: str) -> None:
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise _unfit_email()
    scripts = set()
    for character in local:
        if character in _LOCAL_PUNCTUATION or (character.isdecimal() and character.isascii()):
            continue
        if not character.isalpha() and not unicodedata.category(character).startswith("M"):
            raise _unfit_email()
        if character.isalpha():
            scripts.add(_script(character))
    if len(scripts) > 1:
        raise UnfitError(
            "email", "The address mixes letters from different alphabets", "type it using a single keyboard layout"
        )


def _script(letter: str) -> str:
    """The first word of a letter's Unicode name is its script, near enough to see a Cyrillic а in a Latin word."""
    return "LATIN" if letter.isascii() else unicodedata.name(letter, "?").split()[0]


def _canonical_domain(domain: str) -> str:
    import idna  # noqa: PLC0415 -- its tables are heavy

    try:
        return idna.encode(domain, strict=True, std3_rules=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise _unfit_email() from None


def _unfit_email() -> UnfitError:
    return UnfitError("email", "This is not a valid email address", "write it like name@example.org")
