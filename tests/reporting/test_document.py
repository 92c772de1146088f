import pytest

from tfcmp.reporting.document import Column, make_table, visible

COLUMNS = [Column("model", "model"), Column("p", "p", "p"), Column("test", "test")]
SENTENCE = "cluster-robust t interval over 3,557 groups of texts"


def test_a_row_without_a_cell_a_column_is_refused():
    with pytest.raises(ValueError, match="3 cells"):
        make_table("t", "T", COLUMNS, [("a", 0.1)])


def test_a_column_without_values_is_not_shown():
    table = make_table("t", "T", COLUMNS, [("a", None, "x"), ("b", None, "y")])
    assert [column.name for column in visible(table).columns] == ["model", "test"]
    assert visible(table).rows == (("a", "x"), ("b", "y"))


def test_the_test_of_all_rows_stands_once_in_the_note():
    table = make_table("t", "T", COLUMNS, [("a", 0.1, SENTENCE), ("b", 0.2, SENTENCE)], "Read.")
    assert visible(table).note == f"Read. Test: {SENTENCE}."
    assert visible(table).rows == (("a", 0.1), ("b", 0.2))


def test_tests_that_differ_stay_in_their_rows():
    table = make_table("t", "T", COLUMNS, [("a", 0.1, SENTENCE), ("b", 0.2, SENTENCE[1:])])
    assert visible(table) == table
