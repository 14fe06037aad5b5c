from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from limen.enforcement.paths import BadPath, PathRefusedError, local_path, read, to_local_target


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (b"/", "/"),
        (b"/a/b", "/a/b"),
        (b"/a/b/", "/a/b/"),
        (b"/a.b/c.tar.gz", "/a.b/c.tar.gz"),
        (b"/a?x=%2e%2e/;", "/a"),
        (b"/a%20b", "/a b"),
        (b"/%C3%A4", "/ä"),
        (b"/%7Euser", "/~user"),
        (b"/100%25", "/100%"),
        (b"/...", "/..."),
        (b"/.well-known/x", "/.well-known/x"),
    ],
)
def test_a_plain_path_has_one_reading(target, path):
    assert read(target).paths == (path,)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        (b"", BadPath.NOT_A_PATH),
        (b"*", BadPath.NOT_A_PATH),
        (b"a", BadPath.NOT_A_PATH),
        (b"/" + b"a" * 9_000, BadPath.TOO_LONG),
        (b"/?" + b"a" * 9_000, BadPath.TOO_LONG),
        (b"/\xc3\xa4", BadPath.RAW_BYTE),
        (b"/a b", BadPath.RAW_BYTE),
        (b"/a?#", BadPath.FRAGMENT),
        (b"/\\a", BadPath.BACKSLASH),
        (b"/a;b", BadPath.PARAMETER),
        (b"/%4", BadPath.BAD_ESCAPE),
        (b"/%2f", BadPath.ENCODED_DELIMITER),
        (b"/%2E", BadPath.ENCODED_DELIMITER),
        (b"/%252f", BadPath.DOUBLE_ENCODING),
        (b"/%00", BadPath.CONTROL),
        (b"/%c2%85", BadPath.CONTROL),
        (b"/%c0%af", BadPath.NOT_UTF8),
        (b"/%ff", BadPath.NOT_UTF8),
        (b"/%ef%bc%8f", BadPath.LOOK_ALIKE),
        (b"/%e2%88%95", BadPath.LOOK_ALIKE),
        (b"//", BadPath.EMPTY_SEGMENT),
        (b"/a/../b", BadPath.DOT_SEGMENT),
        (b"/.", BadPath.DOT_SEGMENT),
    ],
)
def test_a_path_with_two_readings_is_refused_by_name(target, why):
    with pytest.raises(PathRefusedError) as refused:
        read(target)
    assert refused.value.why is why


def test_an_app_that_opts_in_is_judged_by_every_reading():
    assert set(read(b"/files/a%2fb", opts_in_encoded=True).paths) >= {"/files/a%2fb", "/files/a/b"}
    assert "/admin" in read(b"/files/%2e%2e/admin", opts_in_encoded=True).paths
    assert "/admin" in read(b"/files/%252e%252e/admin", opts_in_encoded=True).paths
    assert "/admin" in read(b"/files/..;/admin".replace(b"..;", b"%2e%2e;"), opts_in_encoded=True).paths
    assert "/admin" in read(b"/admin;x=1", opts_in_encoded=True).paths


@pytest.mark.parametrize("target", [b"/a/../b", b"//a", b"/%00", b"/%c0%af", b"/\\a", b"/%25252525252e"])
def test_opting_in_opens_nothing_but_encoded_delimiters(target):
    with pytest.raises(PathRefusedError):
        read(target, opts_in_encoded=True)


@given(st.binary(max_size=60))
def test_whatever_is_read_is_plain(target):
    try:
        readings = read(b"/" + target)
    except PathRefusedError:
        return
    (path,) = readings.paths
    assert path.startswith("/")
    assert not set(path) & set("\\;")
    assert not [s for s in path.split("/")[1:-1] if s in {"", ".", ".."}]
    assert path.rsplit("/", 1)[1] not in {".", ".."}


@pytest.mark.parametrize("to", ["/", "/a/b?c=d&e", "/a%20b", "/a#b"])
def test_a_path_on_the_same_host_is_local(to):
    assert local_path(to) == to


@pytest.mark.parametrize(
    "to",
    ["", "a", "//evil", "/\\evil", "/a\\b", "https:evil", "/a\tb", "/a\nb", "/a b", "/ä", "/" + "a" * 3_000, "\\/a"],
)
def test_what_could_lead_elsewhere_is_not_local(to):
    assert local_path(to) is None


@given(st.binary(max_size=80))
def test_a_target_always_becomes_something_local(target):
    assert local_path(to_local_target(target)) is not None


def test_a_plain_target_stays_as_it_is():
    assert to_local_target(b"/a/b?c=%20&d=[1]") == "/a/b?c=%20&d=[1]"
