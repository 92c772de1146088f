import pytest

from tfcmp.reporting.render.document import Column, make_table


def test_a_row_without_a_cell_a_column_is_refused():
    with pytest.raises(ValueError, match="3 cells"):
        make_table("t", "T", [Column(name, name) for name in "abc"], [("a", 0.1)])
