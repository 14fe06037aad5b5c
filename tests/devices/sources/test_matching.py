from __future__ import annotations

from limen.devices.sources.matching import Claimant, Word, matches

UUID, OTHER = "4c4c4544-0042-3510-8052-c4c04f4e3432", "11111111-2222-3333-4444-555555555555"
IDA = Claimant("d_ida", "p_ida", "pf-2abcde", "")
TOM = Claimant("d_tom", "p_tom", "pf-2abcde", "")


def test_the_one_that_claims_it_is_the_one() -> None:
    assert matches("pf-2abcde", "", "p_ida", [IDA]) == {"d_ida": Word.MATCHED}


def test_what_is_somebody_elses_is_no_match_and_takes_nothing_from_its_owner() -> None:
    assert matches("pf-2abcde", "", "p_ida", [IDA, TOM]) == {"d_ida": Word.MATCHED, "d_tom": Word.OF_ANOTHER}
    assert matches("pf-2abcde", "", "p_eve", [IDA]) == {"d_ida": Word.OF_ANOTHER}


def test_where_nobody_knows_whose_it_is_every_claim_is_doubtful() -> None:
    assert matches("pf-2abcde", "", "", [IDA]) == {"d_ida": Word.DOUBTFUL}
    assert matches("pf-2abcde", "", "", [IDA, TOM]) == {"d_ida": Word.DOUBTFUL, "d_tom": Word.DOUBTFUL}


def test_serial_number_and_hardware_id_must_agree() -> None:
    both = Claimant("d_1", "p_ida", "pf-2abcde", UUID)
    assert matches("pf-2abcde", OTHER, "p_ida", [both]) == {}
    assert matches("other-serial", UUID, "p_ida", [both]) == {}
    assert matches("", UUID, "p_ida", [both]) == {"d_1": Word.MATCHED}
    assert matches("pf-2abcde", UUID, "p_ida", [both]) == {"d_1": Word.MATCHED}


def test_nothing_is_the_same_as_nothing() -> None:
    assert matches("", "", "", [Claimant("d_1", "p_ida", "", "")]) == {}
