import pytest

from tfcmp.data.diagnostic.corpus import DiagnosticSource
from tfcmp.errors import CallError


@pytest.fixture(scope="module")
def source() -> DiagnosticSource:
    return DiagnosticSource(train_size=60, test_size=24, seed=3)


def test_train_records_come_before_test_records(source: DiagnosticSource) -> None:
    splits = [record.split for record in source.records()]
    assert splits == ["train"] * 60 + ["test"] * 24
    assert source.size() == 84


def test_the_default_sizes_are_12000_and_2000() -> None:
    assert DiagnosticSource().size() == 14_000


def test_records_are_the_same_every_time(source: DiagnosticSource) -> None:
    assert list(source.records()) == list(source.records())


def test_reviews_come_in_the_order_of_the_records(source: DiagnosticSource) -> None:
    for record, review in zip(source.records(), source.reviews(), strict=True):
        assert record.text == review.text
        assert record.label == review.label
        assert record.split == review.split
        assert record.group == review.film
        assert record.phenomenon == review.phenomenon
        assert record.cue_distance == review.cue_distance


@pytest.mark.parametrize("other", [{"train_size": 61}, {"test_size": 25}, {"seed": 4}])
def test_the_key_changes_with_size_and_seed(
    source: DiagnosticSource, other: dict[str, int]
) -> None:
    settings = {"train_size": 60, "test_size": 24, "seed": 3} | other
    assert DiagnosticSource(**settings).key() != source.key()


def test_the_key_tells_the_version_of_the_grammar(
    source: DiagnosticSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = source.key()
    monkeypatch.setattr("tfcmp.data.diagnostic.corpus.GRAMMAR_VERSION", 99)
    assert source.key() != before


@pytest.mark.parametrize("field", ["train_size", "test_size"])
def test_a_negative_size_of_a_source_is_refused(field: str) -> None:
    with pytest.raises(CallError, match=f"{field}.*-5"):
        DiagnosticSource(**{field: -5})


def test_it_is_a_source(source: DiagnosticSource) -> None:
    assert source.name == "diagnostic"
    assert {"key", "size", "records"} <= set(dir(source))
