import pytest

from tfcmp.reporting.load.runs import read_run
from tfcmp.reporting.sections.slices import slices_section


@pytest.fixture
def section(write_run, compare):
    runs = [read_run(write_run("minilm_l6_en", 1)), read_run(write_run("gru", 1))]
    return slices_section(compare(runs))


def rows_of(section, name):
    (table,) = [table for table in section.tables if table.name == name]
    return table.rows


def test_parts_cover_the_test_split_for_every_model(section):
    for name in ("slices_length", "slices_phenomenon", "slices_cue_distance"):
        rows = rows_of(section, name)
        for model in ("gru", "minilm_l6_en"):
            assert sum(row[2] for row in rows if row[0] == model) == 200


def test_all_models_are_cut_at_the_same_texts(section):
    rows = rows_of(section, "slices_length")
    parts = [[row[1:4] for row in rows if row[0] == model] for model in ("gru", "minilm_l6_en")]
    assert parts[0] == parts[1]


def test_the_text_that_was_cut_off_is_told(section):
    assert rows_of(section, "truncation")[0] == ("minilm_l6_en", 64, "head", 0.1, 0.1, 0.2, 0.2)


def test_each_cut_has_its_picture(section):
    assert [figure.name for figure in section.figures] == [
        "slices_length",
        "slices_phenomenon",
        "slices_cue_distance",
    ]
