import pytest

from tfcmp.data.sources.columns import Columns
from tfcmp.errors import WorkError


def test_wanted_columns_are_found_in_any_order():
    columns = Columns({"text": None}, ["group", "split"])
    assert columns.present(["split", "other", "text"], "file") == ["text", "split"]


def test_a_missing_column_is_refused_with_the_nearest_name_and_the_flag():
    columns = Columns({"text": "--data.text_column"})
    with pytest.raises(WorkError, match=r"line 1: .*found 'Texts'.* --data\.text_column Texts"):
        columns.present(["Texts", "label"], "table.csv, line 1")


def test_without_a_flag_the_advice_is_to_rename():
    with pytest.raises(WorkError, match=r"rename the column \('Text' is the nearest\)"):
        Columns({"text": None}).present(["Text"], "file")


def test_long_and_many_names_are_cut_short():
    with pytest.raises(WorkError) as caught:
        Columns({"text": None}).present(["x" * 5000, *map(str, range(100))], "file")
    assert "and 81 more" in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_duplicate_header_is_refused():
    with pytest.raises(WorkError, match="column 'label' stands there more than once"):
        Columns({"text": None}, ["label"]).present(["text", "label", "label"], "file")


@pytest.mark.parametrize("name", ["", "note"])
def test_columns_that_are_not_wanted_may_repeat(name):
    assert Columns({"text": None}).present(["text", name, name], "file") == ["text"]


def test_rows_without_a_header_are_told_what_a_file_begins_with():
    with pytest.raises(WorkError, match="names of the columns are what the file begins with"):
        Columns({"text": "--text"}).present(["A film.", "1"], "file, line 1 (the header)")
