"""Structures and checksums of secrets: one letter changed, and it is none."""

from __future__ import annotations

from random import Random

import pytest
from tests import dial
from tests.data.detectors.secrets import planting

from limen.data.detectors.secrets import structure

_CHECKED = ("github-token", "npm-token", "age-secret-key", "nostr-key", "bitcoin-key", "bitcoin-extended-key")


@pytest.mark.parametrize("detector", _CHECKED)
def test_a_changed_letter_is_seen(detector: str) -> None:
    one, random = planting.BY_ID[detector], Random(3)
    for _ in range(dial.size(200, 20)):
        value = planting.planted(one, random)
        at = random.randrange(len(value) - 8, len(value))
        other = random.choice([letter for letter in b"23456789" if letter != value[at]])
        changed = value[:at] + bytes([other]) + value[at + 1 :]
        assert planting.is_found(one, value)
        assert not planting.is_found(one, changed)


def test_the_published_sample_of_a_checksum() -> None:
    assert structure.ends_in_crc32(b"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")
    assert not structure.ends_in_crc32(b"ghp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18")
    assert structure.is_bech32(b"AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX")


def test_numbers_of_accounts_in_keys() -> None:
    assert structure.is_aws_key_id(b"ASIAQNZGKIQY56JQ7WML")
    assert structure.is_aws_key_id(b"AKIAIOSFODNN7ABCDEFG")  # before 2019
    assert not structure.is_aws_key_id(b"AKIA7777777777777777")


def test_what_is_encoded_has_to_be_what_it_says() -> None:
    assert structure.is_json_web_token(planting.json_web_token(Random(1)))
    assert not structure.is_json_web_token(b"eyJhIjoxfQ.eyJhIjoxfQ.abc")
    assert not structure.is_json_web_token(b"eyJ" + b"W" * 5_000 + b".eyJ.abc")
    assert structure.is_basic_authorization(b"Authorization: Basic YW5uOlNlY3JldCE=")
    assert not structure.is_basic_authorization(b"Authorization: Basic AAAAAAAAAAA=")
    assert not structure.is_discord_bot_token(b"MNotANumberAtAllReallyNo.abcdef.x")


def test_parts_of_slack_and_stripe() -> None:
    assert not structure.is_slack_token(b"xoxb-and-some-words-of-a-sentence")
    assert structure.is_stripe_key(b"sk_live_" + b"a1" * 12)
    assert not structure.is_stripe_key(b"sk_live_" + b"a1" * 20)
