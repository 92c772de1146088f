from tfcmp.reporting.render.document import Column, make_table
from tfcmp.reporting.render.table_view import letters_of, seen

COLUMNS = [Column("model", "model"), Column("p", "p", "p"), Column("test", "test")]
SENTENCE = "cluster-robust t interval over 3,557 groups of texts"


def cells(table):
    return [[cell.text for cell in row] for row in seen(table).rows]


def test_a_column_without_values_is_not_shown():
    table = make_table("t", "T", COLUMNS[:2], [("a", None), ("b", None)])
    assert [heading.text for heading in seen(table).headings] == ["model"]
    assert cells(table) == [["a"], ["b"]]


def test_the_test_of_all_rows_stands_once_in_the_note():
    table = make_table("t", "T", COLUMNS, [("a", 0.1, SENTENCE), ("b", 0.2, SENTENCE)], "Read.")
    assert seen(table).note == f"Read. Test: {SENTENCE}."
    assert cells(table) == [["a", "0.1000"], ["b", "0.2000"]]


def test_tests_that_differ_get_a_letter_that_the_note_explains():
    rows = [("a", 0.1, "one way"), ("b", 0.2, "another"), ("c", 0.3, None)]
    table = make_table("t", "T", COLUMNS, rows)
    assert [row[-1] for row in cells(table)] == ["A", "B", ""]
    assert seen(table).note == "Test A: one way. Test B: another."
    assert letters_of(["x", "x"]) == {"x": ""}


def test_both_ends_of_an_interval_stand_in_one_cell_sorted_by_the_lower():
    columns = [Column("low", "95 % interval", "share"), Column("high", "to", "share")]
    table = seen(make_table("t", "T", columns, [(0.85, 0.9), (None, None)]))
    assert [heading.text for heading in table.headings] == ["95 % interval"]
    assert [row[0].text for row in table.rows] == ["85.00 to 90.00", ""]
    assert [row[0].key for row in table.rows] == ["0.85", ""]


def test_units_stand_in_the_heading():
    columns = [Column("a", "mean", "share"), Column("b", "difference", "points")]
    table = seen(make_table("t", "T", columns, [(0.5, 0.01)]))
    assert [heading.text for heading in table.headings] == ["mean, %", "difference, points"]
    assert [cell.text for cell in table.rows[0]] == ["50.00", "+1.00"]
