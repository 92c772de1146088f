from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tfcmp.data.corpus import index_source
from tfcmp.data.sources.opening import open_source
from tfcmp.errors import WorkError
from tfcmp.training import texts as texts_module
from tfcmp.training.texts import _known_texts, group_majority, prepare_texts


@pytest.fixture(scope="module")
def texts(tiny_configuration, shared_cache):
    return prepare_texts(tiny_configuration(), shared_cache)


@pytest.fixture
def own(tiny_configuration, tmp_path):
    """A configuration on a small file of its own, with declared splits."""
    lines = ["text,label,split"]
    for split, word in (("train", "seen"), ("validation", "held"), ("test", "hidden")):
        lines += [f"{word} good {n},pos,{split}\n{word} bad {n},neg,{split}" for n in range(4)]
    file = tmp_path / "own.csv"
    file.write_text("\n".join(lines) + "\n")
    configuration = tiny_configuration()
    return replace(
        configuration, data=replace(configuration.data, source=str(file), train_size=None)
    )


def test_the_vocabulary_is_that_of_the_training_split(own, tmp_path):
    words = prepare_texts(own, tmp_path / "cache").tokenizer.lookup.get_vocabulary()
    assert "seen" in words
    assert not {"held", "hidden"} & set(words)


def test_the_vocabulary_keeps_to_its_size(own, tmp_path):
    own = replace(own, architecture=replace(own.architecture, vocabulary_size=5))
    texts = prepare_texts(own, tmp_path / "cache")
    assert texts.tokenizer.vocabulary_size == 5
    assert int(texts.store.ids.max()) < 5


def test_a_second_run_reads_the_cache(own, tmp_path, monkeypatch):
    first = prepare_texts(own, tmp_path / "cache")

    def unexpected(*given, **named):
        raise AssertionError("the texts were read again")

    monkeypatch.setattr(texts_module, "count_words", unexpected)
    monkeypatch.setattr(texts_module, "write_store", unexpected)
    second = prepare_texts(own, tmp_path / "cache")
    np.testing.assert_array_equal(first.store.ids, second.store.ids)


def test_other_settings_of_the_tokens_do_not_share_the_cache(own, tmp_path):
    long = prepare_texts(own, tmp_path / "cache")
    short = prepare_texts(replace(own, data=replace(own.data, max_length=2)), tmp_path / "cache")
    assert (long.store.lengths.max(), short.store.lengths.max()) == (3, 2)


@pytest.mark.parametrize("content", ["", "seen", "garbage\nof\nwords"])
def test_a_damaged_vocabulary_is_named_and_counted_again(own, tmp_path, capsys, content):
    cache = tmp_path / "cache"
    words = prepare_texts(own, cache).tokenizer.lookup.get_vocabulary()
    (file,) = cache.glob("vocabulary-*.txt")
    file.write_text(content)
    assert prepare_texts(own, cache).tokenizer.lookup.get_vocabulary() == words
    assert str(file) in capsys.readouterr().err


def test_damaged_ids_are_named_and_made_again(own, tmp_path, capsys):
    cache = tmp_path / "cache"
    ids = prepare_texts(own, cache).store.ids.tolist()
    (file,) = cache.glob("tokens-*.ids")
    file.write_bytes(bytes(file.stat().st_size))
    assert prepare_texts(own, cache).store.ids.tolist() == ids
    assert str(file) in capsys.readouterr().err


def test_other_labels_of_the_same_texts_share_their_ids(own, tmp_path, monkeypatch):
    cache, file = tmp_path / "cache", Path(own.data.source)
    first = prepare_texts(own, cache)
    swapped = file.read_text().replace("pos", "xxx").replace("neg", "pos").replace("xxx", "neg")
    file.write_text(swapped)
    monkeypatch.setattr(texts_module, "write_store", lambda *given: pytest.fail("tokenised again"))
    second = prepare_texts(own, cache)
    assert (first.corpus.labels != second.corpus.labels).all()


@pytest.mark.parametrize(
    ("action", "classes"), [("merge", ["neg", "pos", "other"]), ("drop", ["neg", "pos"])]
)
def test_what_was_done_with_rare_classes_is_told(own, tmp_path, capsys, action, classes):
    file = Path(own.data.source)
    lines = [line.rpartition(",")[0] for line in file.read_text().splitlines()]
    file.write_text("\n".join([*lines, "once,odd", "twice,odd", "alone,strange"]) + "\n")
    data = replace(own.data, rare_classes=action)
    texts = prepare_texts(replace(own, data=data), tmp_path / "cache")
    told = texts.describe()
    assert told["classes"] == classes
    assert told["rare_classes"]["classes"] == {"odd": 2, "strange": 1}
    assert sum(sum(one["class_sizes"].values()) for one in told["splits"].values()) == (
        27 if action == "merge" else 24
    )
    errors = capsys.readouterr().err
    assert "'odd' (2 texts)" in errors
    assert f"rare_classes {action}" in errors


def test_notes_about_the_splits_are_told_and_described(own, tmp_path, capsys):
    file = Path(own.data.source)
    file.write_text(file.read_text() + "odd seen,odd,train\nodd hidden,odd,test\n")
    texts = prepare_texts(own, tmp_path / "cache")
    (note,) = texts.describe()["notes"]
    assert "validation split has no text of class 'odd'" in note
    assert f"note: {note}" in capsys.readouterr().err


def test_without_anything_to_say_nothing_is_described(texts):
    assert not {"notes", "rare_classes"} & set(texts.describe())


def test_split_sizes_and_class_sizes_are_told(texts):
    splits = texts.describe()["splits"]
    assert {name: told["size"] for name, told in splits.items()} == {
        "train": len(texts.splits.train),
        "validation": 1200,
        "test": 2000,
    }
    assert all(sum(told["class_sizes"].values()) == told["size"] for told in splits.values())


def test_what_the_group_alone_reaches_is_counted(own, tmp_path):
    file = tmp_path / "grouped.csv"
    lines = ["text,label,split,group"]
    # Each group of training has one label, which it keeps in test and not in validation.
    for split, labels in (("train", "ab"), ("validation", "ba"), ("test", "ab")):
        lines += [
            f"{split} {group} {n},{label},{split},{group}"
            for group, label in enumerate(labels, start=1)
            for n in range(3)
        ]
    file.write_text("\n".join(lines) + "\n")
    data = replace(own.data, source=str(file), grouping="none")
    texts = prepare_texts(replace(own, data=data), tmp_path / "cache")
    assert group_majority(texts) == {"validation": 0.0, "test": 1.0}


def test_fingerprints_are_those_of_the_corpus(texts):
    splits = texts.describe()["splits"]
    assert splits["test"]["fingerprint"] == texts.corpus.fingerprint(texts.splits.test)
    assert len({told["fingerprint"] for told in splits.values()}) == 3


def test_the_share_that_truncation_cut_off_is_told(texts):
    told = texts.describe()["splits"]["test"]
    full = texts.store.full_lengths[texts.splits.test]
    kept = np.minimum(full, 40)
    assert told["cut_token_share"] == pytest.approx(1 - kept.sum() / full.sum())
    assert told["cut_text_share"] == pytest.approx(np.mean(full > 40))


def test_what_nobody_knows_to_be_cut_is_not_told_as_nothing(texts, monkeypatch):
    monkeypatch.setattr(type(texts.tokenizer), "knows_lengths", False)
    told = texts.describe()["splits"]["test"]
    assert (told["cut_token_share"], told["cut_text_share"]) == (None, None)


def test_every_text_of_a_split_is_evaluated_once(texts):
    rows = np.concatenate([batch.rows for batch in texts.evaluation_batches("test")])
    assert sorted(rows) == sorted(texts.splits.test)


def test_every_training_text_is_in_one_batch_of_an_epoch(texts):
    order = texts.training_order(16, seed=1, epoch=0)
    assert sorted(np.concatenate(order)) == sorted(texts.splits.train)


def test_batches_hold_the_ids_of_their_rows_padded_right(texts):
    batch = next(texts.batches(texts.training_order(16, seed=1, epoch=0)))
    row = texts.store.row(batch.rows[0])
    assert batch.ids.shape[1] % 8 == 0
    np.testing.assert_array_equal(batch.ids[0, : len(row)], row)
    assert not batch.ids[0, len(row) :].any()


def test_a_source_that_changes_while_it_is_read_is_told(own, tmp_path):
    cache = tmp_path / "cache"
    prepare_texts(own, cache)
    source = open_source(own.data)
    corpus = index_source(source, cache)
    file = Path(own.data.source)
    file.write_text(file.read_text().replace("good", "fine"))
    with pytest.raises(WorkError, match="changed while it was read"):
        list(_known_texts(source, corpus, lambda _units: None))


def test_unknown_words_and_tokens_are_counted_of_training_and_validation(
    own, tmp_path, monkeypatch
):
    monkeypatch.setattr(texts_module, "TEXTS_PER_LOOK", 5)
    described = prepare_texts(own, tmp_path / "cache").describe()
    splits = described["splits"]
    assert described["splitting"] == 2
    # "held" is unknown; of "0" to "3" all are known, for train has them too.
    assert splits["train"]["unknown_token_share"] == 0
    assert splits["validation"]["unknown_token_share"] == pytest.approx(1 / 3)
    assert splits["validation"]["mean_tokens"] == 3
    assert "mean_tokens" not in splits["test"]
