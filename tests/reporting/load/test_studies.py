import pytest

from tfcmp.errors import WorkError
from tfcmp.reporting.load.studies import Marks, label_and_seed, read_marks


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("gru-seed1", ("gru", 1)),
        ("gru-seed-small-seed12", ("gru-seed-small", 12)),
        ("gru", ("gru", None)),
        ("-seed1", ("-seed1", None)),
        ("gru-seedling", ("gru-seedling", None)),
    ],
)
def test_label_and_seed_come_from_the_name(name, parts):
    assert label_and_seed(name) == parts


def test_a_study_without_marks_has_none(tmp_path):
    assert read_marks(tmp_path) == Marks()


@pytest.mark.parametrize("content", ["[]", '{"failures": []}', '{"contended": {}}', "nothing"])
def test_damaged_marks_are_told(tmp_path, content):
    (tmp_path / "study.json").write_text(content)
    with pytest.raises(WorkError, match="is damaged"):
        read_marks(tmp_path)
