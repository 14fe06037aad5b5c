"""Tags of objects in S3: kept beside others, and as S3 itself takes them."""

from __future__ import annotations

from hashlib import sha256

import pytest
from tests.data.labels.made import MARKS
from tests.emulators.s3 import BUCKET, trail

from limen.data.labels import object_tags
from limen.data.labels.model import DocumentLabel, NoLabelError, Standing, WhyNoLabel
from limen.facts import Label

_CONTENT = sha256(b"Harbor pays on the 27th").digest()
_OBJECT = {"Bucket": BUCKET, "Key": "offer.docx"}
_SAID = DocumentLabel(Label.RESTRICTED, 1_796_092_200_000, "p_" + "0" * 32, None)


def _tags(other: dict[str, str]) -> dict[str, str]:
    return object_tags.write(other, _SAID.label.word, MARKS.made(_SAID, _CONTENT))


def test_other_tags_stay() -> None:
    tags = _tags({"team": "finance", "Limen-Label": "public"})
    assert (tags["team"], tags["limen-label"], len(tags)) == ("finance", "restricted", 3)
    assert MARKS.claim(object_tags.read(tags, _CONTENT), {}).proven == _SAID
    assert MARKS.claim(object_tags.read(tags, b""), {}).standing is Standing.CHANGED


def test_an_object_without_room_says_so() -> None:
    with pytest.raises(NoLabelError) as refused:
        _tags({f"tag{number}": "" for number in range(9)})
    assert refused.value.why is WhyNoLabel.NO_ROOM


def test_s3_takes_and_gives_back_what_a_label_is() -> None:
    """moto's, which refuses tags that S3 refuses; it is not S3."""
    with trail() as bucket:
        bucket.s3.put_object(Bucket=BUCKET, Key="offer.docx", Body=b"Harbor pays on the 27th", Tagging="team=finance")
        there = {tag["Key"]: tag["Value"] for tag in bucket.s3.get_object_tagging(**_OBJECT)["TagSet"]}
        tags = [{"Key": name, "Value": value} for name, value in _tags(there).items()]
        bucket.s3.put_object_tagging(**_OBJECT, Tagging={"TagSet": tags})
        there = {tag["Key"]: tag["Value"] for tag in bucket.s3.get_object_tagging(**_OBJECT)["TagSet"]}
        content = sha256(bucket.s3.get_object(**_OBJECT)["Body"].read()).digest()
    assert there["team"] == "finance"
    assert MARKS.claim(object_tags.read(there, content), {}).proven == _SAID
