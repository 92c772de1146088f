import json

import pyarrow
import pyarrow.parquet
import pytest

from tfcmp.errors import WorkError
from tfcmp.explanation.rationales import read_rationales

TEXT = "not bad, not good"


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
