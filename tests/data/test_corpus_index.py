import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.data.corpus import SPLITS, UNDECLARED, UNKNOWN_DISTANCE, Corpus, index_source, text_hash
from tfcmp.data.sources.record import Record
from tfcmp.data.sources.table_file import TableFileSource
from tfcmp.errors import WorkError

RECORDS = [
    Record("a good film", "pos", "train", "film 1"),
    Record("a bad film", "neg", "train", "film 2"),
    Record("a good film", "pos", "train", "film 1"),
    Record("a good film", "pos", "test", "film 3"),
    Record("so-so", "neg", "validation", None),
]


class ListSource:
    """Records from a list; counts how often they are read."""

    name = "list"

    def __init__(self, records: list[Record]) -> None:
        self.listed = records
        self.reads = 0

    def prepare(self) -> None:
        pass

    def key(self, records: Path | None = None) -> str:
        return hashlib.sha256(repr(self.listed).encode()).hexdigest()

    def size(self) -> int:
        return len(self.listed)

    def records(self) -> Iterator[Record]:
        self.reads += 1
        return iter(self.listed)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return index_source(ListSource(RECORDS), tmp_path)


def index(records: list[Record], folder: Path) -> Corpus:
    return index_source(ListSource(records), folder)


def rows_of(corpus: Corpus) -> np.ndarray:
    return np.arange(len(corpus))


def test_an_id_is_the_first_16_hexadecimal_digits_of_the_sha256_of_the_text(
    corpus: Corpus,
) -> None:
    digits = hashlib.sha256(b"a bad film").hexdigest()[:16]
    assert corpus.example_ids(np.array([1])) == [digits]


def test_an_id_keeps_its_leading_zeros(tmp_path: Path) -> None:
    text = next(f"text {n}" for n in range(10_000) if text_hash(f"text {n}") < 2**56)
    corpus = index([Record(text, "pos"), Record("b", "neg")], tmp_path)
    digits = hashlib.sha256(text.encode()).hexdigest()[:16]
    assert digits.startswith("00")
    assert corpus.example_ids(np.array([0])) == [digits]


def test_the_first_further_copy_in_a_split_has_the_number_1(corpus: Corpus) -> None:
    first, copy = corpus.example_ids(np.array([0, 2]))
    assert copy == f"{first}-1"


def test_copies_are_counted_within_each_split(tmp_path: Path) -> None:
    splits = ("test", "train", "validation", "train")
    corpus = index([Record("same", str(n), split) for n, split in enumerate(splits)], tmp_path)
    assert corpus.copies.tolist() == [0, 0, 0, 1]


@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=30))
def test_no_two_texts_of_a_split_share_an_id(texts: list[str]) -> None:
    from tempfile import TemporaryDirectory

    records = [Record(text, str(number % 2)) for number, text in enumerate(texts)]
    with TemporaryDirectory() as folder:
        corpus = index(records, Path(folder))
    ids = corpus.example_ids(rows_of(corpus))
    assert len(set(ids)) == len(ids)
    assert [identity.split("-")[0] for identity in ids] == [f"{text_hash(t):016x}" for t in texts]


def test_a_lone_surrogate_has_an_id_too() -> None:
    assert text_hash("\ud800") != text_hash("\ud801")


def test_the_index_holds_labels_and_declared_splits_in_the_order_of_the_source(
    corpus: Corpus,
) -> None:
    assert [corpus.classes[label] for label in corpus.labels] == ["pos", "neg", "pos", "pos", "neg"]
    assert [SPLITS[split] for split in corpus.declared] == [record.split for record in RECORDS]


def test_texts_share_a_group_where_the_source_says_so(corpus: Corpus) -> None:
    assert corpus.groups[0] == corpus.groups[2]
    assert len(set(corpus.groups[[0, 1, 3, 4]].tolist())) == 4


def test_texts_without_a_group_stand_alone(tmp_path: Path) -> None:
    records = [Record(f"text {n}", str(n % 2), None, None) for n in range(5)]
    assert len(np.unique(index(records, tmp_path).groups)) == 5


def test_an_undeclared_split_is_marked(tmp_path: Path) -> None:
    corpus = index([Record("a", "x"), Record("b", "y")], tmp_path)
    assert corpus.declared.tolist() == [UNDECLARED, UNDECLARED]


def test_phenomena_and_distances_are_kept_beside_the_texts(tmp_path: Path) -> None:
    records = [
        Record("a", "pos", phenomenon="negation", cue_distance=7),
        Record("b", "neg", phenomenon="contrast", cue_distance=0),
        Record("c", "neg"),
    ]
    corpus = index(records, tmp_path)
    assert corpus.phenomenon_names == ("contrast", "negation")
    assert corpus.phenomena.tolist() == [1, 0, -1]
    assert corpus.cue_distances.tolist() == [7, 0, UNKNOWN_DISTANCE]


def test_numeric_class_names_are_sorted_by_value(tmp_path: Path) -> None:
    corpus = index([Record(f"text {n}", str(n)) for n in (10, 2, -1, 1)], tmp_path)
    assert corpus.classes == ("-1", "1", "2", "10")
    assert corpus.labels.tolist() == [3, 2, 0, 1]


def test_other_class_names_are_sorted_as_text(tmp_path: Path) -> None:
    corpus = index([Record(name, name) for name in ("b", "10", "a", "2")], tmp_path)
    assert corpus.classes == ("10", "2", "a", "b")


@pytest.mark.parametrize("names", [("²", "1"), ("--1", "2"), ("-", "1"), ("1" * 5000, "2")])
def test_class_names_that_only_look_numeric_are_sorted_as_text(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    assert index([Record(name, name) for name in names], tmp_path).classes == tuple(sorted(names))


def test_the_order_of_the_texts_does_not_change_the_order_of_the_classes(tmp_path: Path) -> None:
    records = [Record(name, name) for name in ("1", "01", "3")]
    assert index(records, tmp_path).classes == index(records[::-1], tmp_path).classes


def test_the_fingerprint_does_not_depend_on_the_order_of_the_rows(corpus: Corpus) -> None:
    rows = rows_of(corpus)
    assert corpus.fingerprint(rows) == corpus.fingerprint(rows[::-1])


def test_the_fingerprint_does_not_depend_on_the_order_of_the_source(
    corpus: Corpus, tmp_path: Path
) -> None:
    other = index(RECORDS[::-1], tmp_path)
    assert other.fingerprint(rows_of(other)) == corpus.fingerprint(rows_of(corpus))


@pytest.mark.parametrize(
    "changed",
    [
        RECORDS[1]._replace(label="pos"),
        RECORDS[1]._replace(label="other"),
        RECORDS[1]._replace(text="a  bad film"),
    ],
    ids=["label", "new class", "text"],
)
def test_the_fingerprint_changes_with(corpus: Corpus, tmp_path: Path, changed: Record) -> None:
    other = index([RECORDS[0], changed, *RECORDS[2:]], tmp_path)
    assert other.fingerprint(rows_of(other)) != corpus.fingerprint(rows_of(corpus))


def test_the_fingerprint_counts_copies(corpus: Corpus) -> None:
    assert corpus.fingerprint(np.array([0, 1])) != corpus.fingerprint(np.array([0, 1, 2]))


def test_the_identity_of_a_corpus_depends_on_the_order_of_its_texts(
    corpus: Corpus, tmp_path: Path
) -> None:
    assert index(RECORDS[::-1], tmp_path).identity() != corpus.identity()


def test_the_cached_index_equals_the_fresh_one(tmp_path: Path) -> None:
    source = ListSource([*RECORDS, Record("d", "neg", "test", None, "negation", 3)])
    fresh, cached = index_source(source, tmp_path), index_source(source, tmp_path)
    for name, column in vars(fresh).items():
        loaded = getattr(cached, name)
        if isinstance(column, tuple):
            assert loaded == column
        else:
            np.testing.assert_array_equal(loaded, column, strict=True)


def test_a_cached_source_is_not_read_again(tmp_path: Path) -> None:
    source = ListSource(RECORDS)
    index_source(source, tmp_path)
    index_source(source, tmp_path)
    assert source.reads == 1


def test_a_changed_file_gives_a_new_index(tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("text,label\ngood,pos\nbad,neg\n")
    before = index_source(TableFileSource(file), tmp_path)
    file.write_text("text,label\ngood,pos\nbad,neg\ndull,neg\n")
    assert (len(before), len(index_source(TableFileSource(file), tmp_path))) == (2, 3)


def test_labels_swapped_under_the_same_size_and_times_are_noticed(tmp_path: Path) -> None:
    file, found = tmp_path / "reviews.csv", []
    for labels in (("pos", "neg"), ("neg", "pos")):
        file.write_text("text,label\ngood,{}\nbad,{}\n".format(*labels))
        os.utime(file, ns=(10**18, 10**18))
        found.append(index_source(TableFileSource(file), tmp_path / "cache").labels.tolist())
    assert found == [[1, 0], [0, 1]]


def test_a_copy_of_a_file_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one.csv", "other.csv"):
        (tmp_path / name).write_text("text,label\ngood,pos\nbad,neg\n")
    first = index_source(TableFileSource(tmp_path / "one.csv"), tmp_path / "cache")
    monkeypatch.setattr(TableFileSource, "records", lambda self: pytest.fail("it is read again"))
    again = index_source(TableFileSource(tmp_path / "other.csv"), tmp_path / "cache")
    np.testing.assert_array_equal(again.hashes, first.hashes)


def test_a_file_that_changes_while_it_is_read_is_not_kept(tmp_path: Path) -> None:
    class Changing(ListSource):
        def records(self) -> Iterator[Record]:
            yield from self.listed
            self.listed = [*self.listed, Record("one more", "pos")]

    with pytest.raises(WorkError, match="changed while it was read"):
        index_source(Changing(RECORDS), tmp_path)
    assert not list(tmp_path.glob("index-*"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: b"garbage",
        lambda content: bytes(255 - byte for byte in content),
        lambda content: content[:-300] + bytes([content[-300] ^ 1]) + content[-299:],
    ],
    ids=["empty", "half", "garbage", "other bytes", "one bit"],
)
def test_a_damaged_index_is_named_and_made_again(
    tmp_path: Path, damage: Callable[[bytes], bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    source = ListSource(RECORDS)
    fresh = index_source(source, tmp_path)
    (file,) = tmp_path.glob("index-*.npz")
    file.write_bytes(damage(file.read_bytes()))
    again = index_source(source, tmp_path)
    assert source.reads == 2
    assert str(file) in capsys.readouterr().err
    for name, column in vars(fresh).items():
        np.testing.assert_array_equal(getattr(again, name), column)
    index_source(source, tmp_path)
    assert (source.reads, capsys.readouterr().err) == (2, "")


def test_an_index_of_pickled_objects_is_not_unpickled(tmp_path: Path) -> None:
    source = ListSource(RECORDS)
    index_source(source, tmp_path)
    (file,) = tmp_path.glob("index-*.npz")
    with file.open("wb") as stream:
        np.savez(stream, hashes=np.array([object()]), allow_pickle=True)
    assert len(index_source(source, tmp_path)) == len(RECORDS)


def test_nothing_is_left_in_the_cache_when_the_index_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_columns: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", full_disk)
    with pytest.raises(OSError, match="No space left"):
        index(RECORDS, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_source_without_a_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkError, match="list holds no text"):
        index([], tmp_path)


def test_a_source_of_one_class_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkError, match=r"one class only \('pos'\).*--data.label_column"):
        index([Record("a", "pos"), Record("b", "pos")], tmp_path)
