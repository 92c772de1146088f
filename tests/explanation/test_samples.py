import json
import shutil

import pyarrow
import pyarrow.parquet
import pytest
import yaml

from tfcmp.data.corpus import text_hash
from tfcmp.data.diagnostic.corpus import DiagnosticSource
from tfcmp.data.sources.reading import Reading
from tfcmp.errors import CallError, WorkError
from tfcmp.explanation.samples import read_examples, read_rationales, require_sample, sample_test
from tfcmp.runs.directory import RunDirectory

TEXT = "not bad, not good"


@pytest.fixture(scope="module")
def run(finished_run):
    return RunDirectory(finished_run)


@pytest.fixture(scope="module")
def reviews():
    return {
        f"{text_hash(review.text):016x}": review for review in DiagnosticSource().test_reviews()
    }


@pytest.fixture(scope="module")
def all_examples(run):
    return sample_test(run, 10**6)


def test_a_sample_is_no_larger_than_the_test_split(all_examples, reviews):
    assert len(all_examples) == len(reviews)


def test_a_sample_is_of_the_test_split_with_its_deciding_words(all_examples, reviews):
    for example in all_examples:
        review = reviews[example.id]
        assert (example.text, example.rationale) == (review.text, review.rationale)


def test_the_groups_are_the_films(all_examples, reviews):
    pairs = {(example.group, reviews[example.id].film) for example in all_examples}
    assert len(pairs) == len({group for group, _ in pairs}) == len({film for _, film in pairs})


def test_a_larger_sample_holds_the_smaller_and_another_seed_draws_others(run):
    small, large, other = (
        {example.id for example in sample_test(run, size, seed)}
        for size, seed in ((10, 0), (20, 0), (10, 1))
    )
    assert len(small) == 10
    assert small < large
    assert small != other


def test_a_sample_needs_a_size(run):
    with pytest.raises(CallError, match="--sample 0: expected a number of texts"):
        require_sample(run, 0)


def test_a_source_that_is_gone_or_changed_is_told(run, tmp_path):
    changed = tmp_path / "run"
    shutil.copytree(run.path, changed)
    settings = yaml.safe_load((changed / "config.yaml").read_text())
    settings["data"]["source"] = str(tmp_path / "texts.csv")
    (changed / "config.yaml").write_text(yaml.safe_dump(settings))
    with pytest.raises(CallError):
        require_sample(RunDirectory(changed), 5)
    (tmp_path / "texts.csv").write_text("text,label\nother,pos\n")
    with pytest.raises(WorkError, match="5 of 5 test texts"):
        sample_test(RunDirectory(changed), 5)


def test_texts_of_a_file_bring_their_groups_and_rationales(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("text,group,rationale\nnot bad,x,bad\nfine,,\nbad,x,bad\n")
    examples = read_examples(file)
    assert [example.text for example in examples] == ["not bad", "fine", "bad"]
    assert [example.group for example in examples] == [0, -2, 0]
    assert examples[0].rationale == ((4, 7),)
    assert examples[1].rationale is None


def test_a_file_of_lines_brings_texts_alone(tmp_path):
    (tmp_path / "a.txt").write_text("not bad\nfine\n")
    examples = read_examples(tmp_path / "a.txt")
    assert [(one.text, one.group, one.rationale) for one in examples] == [
        ("not bad", -1, None),
        ("fine", -2, None),
    ]


@pytest.mark.parametrize("name", ["a.txt", "a.csv"])
def test_bytes_that_are_no_text_are_told_or_replaced(tmp_path, name):
    (tmp_path / name).write_bytes(b"text\nfine \xff\n")
    with pytest.raises(WorkError, match="line 2: byte 0xff"):
        read_examples(tmp_path / name)
    assert (
        read_examples(tmp_path / name, Reading(encoding_errors="replace"))[-1].text == "fine \ufffd"
    )


def test_the_texts_of_a_table_are_read_as_they_were_for_the_training(run, tmp_path):
    trained = tmp_path / "run"
    shutil.copytree(run.path, trained)
    settings = yaml.safe_load((trained / "config.yaml").read_text())
    settings["data"] |= {"source": str(tmp_path / "a.csv"), "encoding_errors": "replace"}
    (trained / "config.yaml").write_text(yaml.safe_dump(settings))
    texts = [example.text for example in sample_test(run, 3)]
    lines = "".join(f'"{text}",pos\n' for text in texts).encode()
    (tmp_path / "a.csv").write_bytes(b"text,label\nfine \xff,pos\n" + lines)
    assert [example.text for example in sample_test(RunDirectory(trained), 3)] == texts


def test_a_file_without_texts_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("text\n")
    with pytest.raises(WorkError, match="holds no text"):
        read_examples(tmp_path / "a.csv")


def rationales(file, rows):
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return [row.rationale for row in read_rationales(file, "text")]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["bad"], ((4, 7),)),
        (["not", "good"], ((0, 3), (9, 12), (13, 17))),
        ([[0, 7], [13, 17]], ((0, 7), (13, 17))),
        ("not bad", ((0, 7),)),
        ('["bad", [13, 17]]', ((4, 7), (13, 17))),
        (None, None),
        ("", None),
    ],
)
def test_phrases_and_places_mark_the_deciding_words(tmp_path, given, expected):
    assert rationales(tmp_path / "a.jsonl", [{"text": TEXT, "rationale": given}]) == [expected]


@pytest.mark.parametrize("given", [["worse"], [[5, 3]], [[0, 99]], [], 3, [[0]], [""], [None]])
def test_what_is_not_in_the_text_is_refused_with_its_row(tmp_path, given):
    rows = [{"text": TEXT}, {"text": TEXT, "rationale": given}]
    with pytest.raises(WorkError, match=r"a.jsonl, line 2: expected in 'rationale' phrases"):
        rationales(tmp_path / "a.jsonl", rows)


def test_a_csv_and_a_parquet_file_are_read_alike(tmp_path):
    (tmp_path / "a.csv").write_text('text,group,rationale\n"not bad",7,"[""bad""]"\nfine,,fine\n')
    table = pyarrow.table(
        {"text": ["not bad", "fine"], "group": [7, None], "rationale": [["bad"], ["fine"]]}
    )
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    read = [list(read_rationales(tmp_path / name, "text")) for name in ("a.csv", "a.parquet")]
    assert read[0] == read[1] == [("not bad", "7", ((4, 7),)), ("fine", None, ((0, 4),))]


def test_a_table_without_the_column_marks_nothing(tmp_path):
    assert rationales(tmp_path / "a.jsonl", [{"text": TEXT}]) == [None]
