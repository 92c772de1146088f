from tfcmp.reporting.render.document import Column, make_table
from tfcmp.reporting.render.terminal import plain_values, terminal_text

TABLE = make_table(
    "small",
    "A [small] table",
    (Column("model", "model"), Column("accuracy", "accuracy", "share")),
    [("gru [bold]", 0.875), ("lstm", None)],
    "A note.",
)


def test_a_table_is_drawn_within_the_width_with_its_note_and_brackets_kept():
    text = terminal_text(TABLE, width=40)
    assert all(len(line) <= 40 for line in text.splitlines())
    assert "A [small] table" in text
    assert "gru [bold]" in text
    assert "accuracy, %" in text
    assert "87.50" in text
    assert text.endswith("A note.\n")


def test_rows_for_json_are_named_by_their_columns():
    assert plain_values(TABLE) == {
        "title": "A [small] table",
        "note": "A note.",
        "rows": [
            {"model": "gru [bold]", "accuracy": 0.875},
            {"model": "lstm", "accuracy": None},
        ],
    }
