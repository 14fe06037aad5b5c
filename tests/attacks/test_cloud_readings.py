"""Attacks on what is read of clouds: openings that are written so that nobody sees them, files that lie or blow up."""

from __future__ import annotations

import json

import pytest
from tests.network.clouds.test_groups import aws, group, opened, permission

from limen.network.clouds.groups import MOST_DOUBTS, MOST_OPENED, PORTS, read_groups
from limen.network.reading.json_documents import document_of
from limen.network.reading.reading import UnreadableError


@pytest.mark.parametrize(
    "ranges",
    [
        ("0.0.0.0/1", "128.0.0.0/1"),
        tuple(f"{number}.0.0.0/8" for number in range(20, 40)),
        tuple(f"50.{number}.0.0/16" for number in range(256)),
        ("2000::/3",),
        ("8000::/1", "::/1"),
    ],
)
def test_the_internet_in_parts_is_the_internet(ranges: tuple[str, ...]) -> None:
    assert opened(aws(group(permission(22, 22, *ranges)))) == {"sg-1": [22]}
    several = [permission(22, 22, one) for one in ranges]
    assert opened(aws(group(*several))) == {"sg-1": [22]}


@pytest.mark.parametrize(
    "ranges", [("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"), ("fc00::/7",), ("198.51.100.0/24",)]
)
def test_what_is_private_or_an_office_is_not_the_internet(ranges: tuple[str, ...]) -> None:
    assert opened(aws(group(permission(22, 22, *ranges)))) == {"sg-1": []}


def test_a_list_from_which_a_group_was_left_out_is_not_whole() -> None:
    machine = {"SubnetId": "s", "Groups": [{"GroupId": "sg-1"}, {"GroupId": "sg-open"}]}
    found = aws(group(), NetworkInterfaces=[machine])
    assert [one for one in found.doubts if "sg-open" in one]
    alone = aws(group(), NetworkInterfaces=[{"SubnetId": "s", "Groups": [{"GroupId": "sg-open"}]}])
    assert ([one.name for one in alone.groups], len(alone.doubts)) == (["sg-1"], 1)


@pytest.mark.parametrize("goes_on", ["NextToken", "nextLink", "nextPageToken"])
def test_a_list_that_goes_on_elsewhere_is_not_whole(goes_on: str) -> None:
    assert aws(group(), **{goes_on: "more"}).doubts


def test_a_rule_that_can_not_be_read_is_a_doubt() -> None:
    assert aws(group({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "everybody"}]})).doubts


def test_what_is_kept_of_a_hostile_file_is_bounded() -> None:
    everywhere = [permission(0, 65_535, "0.0.0.0/0") for _ in range(50)]
    (found,) = aws(group(*everywhere, name="sg-" + "x" * 250)).groups
    assert (len(found.name) <= 120, len(found.opened), max(map(len, found.opened)) < 140) == (True, MOST_OPENED, True)
    assert len(PORTS) > MOST_OPENED
    wrong = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "?"}]}] * 500
    assert len(aws(group(*wrong)).doubts) == MOST_DOUBTS


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"SecurityGroups": ' + "[" * 100_000,
        '{"SecurityGroups": 7}',
        '{"SecurityGroups": [7]}',
        '{"SecurityGroups": [{"IpPermissions": "all"}]}',
        '{"SecurityGroups": [{"IpPermissions": [{"IpRanges": {}}]}]}',
        json.dumps({"SecurityGroups": [{"GroupId": f"sg-{number}"} for number in range(501)]}),
        "\x00",
        "<xml/>",
    ],
)
def test_a_hostile_file_is_refused_whole(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_groups("prod", "aws", [document_of(text)])
