import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.data.corpus import (
    SPLITS,
    UNDECLARED,
    UNKNOWN_DISTANCE,
    groups_fingerprint,
    index_source,
    labels_fingerprint,
    parse_ids,
    text_hash,
    text_id,
)
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


@pytest.fixture
def index(source_of, tmp_path):
    """The function records -> their index."""
    return lambda *records: index_source(source_of(*records), tmp_path)


@pytest.fixture
def corpus(index):
    return index(*RECORDS)


def rows_of(corpus):
    return np.arange(len(corpus))


def test_an_id_is_the_first_16_hexadecimal_digits_of_the_sha256_of_the_text(index):
    text = next(f"text {n}" for n in range(10_000) if text_hash(f"text {n}") < 2**56)
    digits = [hashlib.sha256(one.encode()).hexdigest()[:16] for one in (text, "b")]
    assert digits[0].startswith("00")
    assert index((text, "pos"), ("b", "neg")).example_ids(np.arange(2)) == digits
    assert text_hash("\ud800") != text_hash("\ud801")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(SPLITS)), min_size=2))
def test_copies_are_numbered_within_their_split(source_of, texts):
    records = [Record(text, str(n % 2), split) for n, (text, split) in enumerate(texts)]
    with TemporaryDirectory() as folder:
        corpus = index_source(source_of(*records), Path(folder))
    ids = corpus.example_ids(rows_of(corpus))
    assert len({*zip(ids, corpus.declared.tolist(), strict=True)}) == len(ids)
    for row, (text, _) in enumerate(texts):
        copy = texts[:row].count(texts[row])
        assert ids[row] == text_id(text) + (f"-{copy}" if copy else "")


def test_the_index_holds_labels_and_declared_splits_in_the_order_of_the_source(corpus):
    assert [corpus.classes[label] for label in corpus.labels] == ["pos", "neg", "pos", "pos", "neg"]
    assert [SPLITS[split] for split in corpus.declared] == [record.split for record in RECORDS]


def test_texts_share_a_group_where_the_source_says_so(corpus):
    assert corpus.groups[0] == corpus.groups[2]
    assert len(set(corpus.groups[[0, 1, 3, 4]].tolist())) == 4


def test_without_group_and_split_a_text_stands_alone(index):
    corpus = index(*((f"text {n}", str(n % 2)) for n in range(5)))
    assert len(np.unique(corpus.groups)) == 5
    assert set(corpus.declared.tolist()) == {UNDECLARED}


def test_phenomena_and_distances_are_kept_next_to_the_texts(index):
    records = [
        Record("a", "pos", phenomenon="negation", cue_distance=7),
        Record("b", "neg", phenomenon="contrast", cue_distance=0),
        Record("c", "neg"),
    ]
    corpus = index(*records)
    assert corpus.phenomenon_names == ("contrast", "negation")
    assert corpus.phenomena.tolist() == [1, 0, -1]
    assert corpus.cue_distances.tolist() == [7, 0, UNKNOWN_DISTANCE]


@pytest.mark.parametrize(
    ("names", "ordered"),
    [
        (("10", "2", "-1", "1"), ("-1", "1", "2", "10")),
        (("b", "10", "a", "2"), ("10", "2", "a", "b")),
        (("²", "1"), ("1", "²")),
        (("--1", "2"), ("--1", "2")),
        (("1" * 5000, "2"), ("1" * 5000, "2")),
        (("3", "1", "01"), ("01", "1", "3")),
    ],
    ids=["numbers", "names", "superscript", "two signs", "thousands of digits", "a leading zero"],
)
def test_class_names_are_sorted_by_value_where_all_are_numbers(index, names, ordered):
    corpus = index(*((f"text {name[:9]}", name) for name in names))
    assert corpus.classes == ordered
    assert [corpus.classes[label] for label in corpus.labels] == list(names)


def test_the_order_of_the_source_changes_the_identity_and_not_the_fingerprint(corpus, index):
    other = index(*RECORDS[::-1])
    assert other.fingerprint(rows_of(other)) == corpus.fingerprint(rows_of(corpus))
    assert other.identity() != corpus.identity()


@pytest.mark.parametrize(
    "changed",
    [
        RECORDS[1]._replace(label="pos"),
        RECORDS[1]._replace(label="other"),
        RECORDS[1]._replace(text="a  bad film"),
    ],
    ids=["label", "new class", "text"],
)
def test_the_fingerprint_changes_with(corpus, index, changed):
    other = index(RECORDS[0], changed, *RECORDS[2:])
    assert other.fingerprint(rows_of(other)) != corpus.fingerprint(rows_of(corpus))


def test_the_fingerprint_counts_copies(corpus):
    assert corpus.fingerprint(np.array([0, 1])) != corpus.fingerprint(np.array([0, 1, 2]))


def test_a_source_is_read_once_and_its_cached_index_equals_the_fresh_one(source_of, tmp_path):
    source = source_of(*RECORDS, ("d", "neg", "test", None, "negation", 3))
    fresh, cached = index_source(source, tmp_path), index_source(source, tmp_path)
    assert source.reads == 1
    for name, column in vars(fresh).items():
        np.testing.assert_array_equal(getattr(cached, name), column, strict=True)


def test_a_copy_of_a_file_is_not_read_again_and_a_changed_one_is(tmp_path, monkeypatch):
    for name in ("one.csv", "other.csv"):
        (tmp_path / name).write_text("text,label\ngood,pos\nbad,neg\n")
    first = index_source(TableFileSource(tmp_path / "one.csv"), tmp_path / "cache")
    monkeypatch.setattr(TableFileSource, "records", lambda self: pytest.fail("it is read again"))
    again = index_source(TableFileSource(tmp_path / "other.csv"), tmp_path / "cache")
    np.testing.assert_array_equal(again.hashes, first.hashes)
    (tmp_path / "other.csv").write_text("text,label\ngood,neg\nbad,pos\n")
    with pytest.raises(pytest.fail.Exception, match="read again"):
        index_source(TableFileSource(tmp_path / "other.csv"), tmp_path / "cache")


def test_a_source_that_changes_while_it_is_read_is_not_kept(source_of, tmp_path):
    source = source_of(*RECORDS)
    keys = iter("ab")
    source.key = lambda records=None: next(keys)
    with pytest.raises(WorkError, match="changed while it was read"):
        index_source(source, tmp_path)
    assert not list(tmp_path.glob("index-*"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-300] + bytes([content[-300] ^ 1]) + content[-299:],
    ],
    ids=["empty", "one bit"],
)
def test_a_damaged_index_is_named_and_made_again(source_of, tmp_path, damage, capsys):
    source = source_of(*RECORDS)
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


def test_an_index_of_pickled_objects_is_not_unpickled(source_of, tmp_path):
    source = source_of(*RECORDS)
    index_source(source, tmp_path)
    (file,) = tmp_path.glob("index-*.npz")
    with file.open("wb") as stream:
        np.savez(stream, hashes=np.array([object()]), allow_pickle=True)
    assert len(index_source(source, tmp_path)) == len(RECORDS)


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ([], "list holds no text"),
        ([("a", "pos"), ("b", "pos")], r"one class only \('pos'\).*--data.label_column"),
    ],
)
def test_a_source_without_texts_of_two_classes_is_refused(index, records, told):
    with pytest.raises(WorkError, match=told):
        index(*records)


TEXTS = st.lists(
    st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 3), st.integers(0, 2), st.integers(0, 4)),
    min_size=2,
    max_size=12,
    unique_by=lambda text: text[:2],
)


def columns(texts):
    hashes, copies, labels, groups = zip(*texts, strict=True)
    return (
        np.array(hashes, np.uint64),
        np.array(copies, np.uint32),
        np.array(labels),
        np.array(groups),
    )


def ids_of(texts):
    return [f"{text:016x}" + (f"-{copy}" if copy else "") for text, copy, _, _ in texts]


@given(TEXTS)
def test_ids_are_taken_apart_as_they_were_made(texts):
    hashes, copies = parse_ids(ids_of(texts))
    assert list(zip(hashes.tolist(), copies.tolist(), strict=True)) == [one[:2] for one in texts]


@given(TEXTS, st.randoms())
def test_neither_order_nor_numbers_of_groups_matter(texts, random):
    mixed = list(texts)
    random.shuffle(mixed)
    (hashes, copies, labels, groups), others = columns(texts), columns(mixed)
    first = labels_fingerprint(hashes, copies, labels, ("a", "b", "c"))
    assert first == labels_fingerprint(*others[:3], ["a", "b", "c"])
    renumbered = groups_fingerprint(others[0], others[1], 7 - 3 * others[3])
    assert groups_fingerprint(hashes, copies, groups) == renumbered


@given(TEXTS)
def test_another_label_class_or_group_changes_the_fingerprint(texts):
    hashes, copies, labels, groups = columns(texts)
    before = labels_fingerprint(hashes, copies, labels, ("a", "b", "c", "d"))
    changed = labels.copy()
    changed[0] = 3
    assert before != labels_fingerprint(hashes, copies, changed, ("a", "b", "c", "d"))
    assert before != labels_fingerprint(hashes, copies, labels, ("a", "b", "d", "c"))
    moved = groups.copy()
    moved[0] = groups[1] if groups[0] != groups[1] else 9
    before = groups_fingerprint(hashes, copies, groups)
    assert before != groups_fingerprint(hashes, copies, moved)
