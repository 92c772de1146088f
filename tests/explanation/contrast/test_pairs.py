import pytest

from tfcmp.errors import CallError, WorkError
from tfcmp.explanation.contrast.pairs import Pair, PairColumns, read_pairs

HEADER = "original,contrast,original_label,contrast_label\n"


@pytest.fixture
def write(tmp_path):
    def written(content, name="pairs.csv"):
        file = tmp_path / name
        file.write_text(content)
        return file

    return written


def test_labels_are_classes_whatever_their_case_or_spelling(write):
    file = write(HEADER + "good,bad,pos,neg\ndull,fine,Negative,POSITIVE\n")
    assert read_pairs(file, PairColumns(), ("neg", "pos")) == [
        Pair("good", "bad", 1, 0),
        Pair("dull", "fine", 0, 1),
    ]


def test_columns_may_have_other_names(write):
    file = write('{"a": "good", "b": "bad", "c": 1, "d": 0}\n', "pairs.jsonl")
    assert read_pairs(file, PairColumns("a", "b", "c", "d"), ("0", "1")) == [
        Pair("good", "bad", 1, 0)
    ]


@pytest.mark.parametrize(
    ("content", "error", "told"),
    [
        (
            HEADER + "good,bad,pos,mixed\n",
            CallError,
            r"line 2: expected one of .*\(neg, pos\).*'mixed'",
        ),
        (HEADER + "good, ,pos,neg\n", WorkError, "line 2: 'contrast' is empty"),
        (HEADER, WorkError, "holds no rows"),
        (
            "text,contrast,original_label,contrast_label\n",
            WorkError,
            "name the right one with --original-column",
        ),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_place(write, content, error, told):
    with pytest.raises(error, match=told):
        read_pairs(write(content), PairColumns(), ("neg", "pos"))


def test_one_column_for_two_things_is_refused(write):
    with pytest.raises(CallError, match="expected four columns"):
        read_pairs(write(HEADER), PairColumns(original="contrast"), ("neg", "pos"))
