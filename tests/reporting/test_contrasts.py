from tfcmp.diagnostics.contrast_table import contrast_table

SHARE = {"value": 0.5, "low": 0.25, "high": 0.75}


def content(is_checked, warning):
    return {
        "pairs": 4,
        "original_accuracy": SHARE,
        "contrast_accuracy": SHARE,
        "consistency": SHARE,
        "training": {"is_checked": is_checked, "movie_in_training": 3},
        "warning": warning,
    }


def test_a_warning_stands_under_the_table_with_the_name_of_its_run():
    table = contrast_table(
        {"gru": content(True, "3 of 4 were in training"), "b": content(True, None)}
    )
    assert table.rows[0] == ("gru", 4, *["50.0 % (25.0 to 75.0)"] * 3, 3)
    assert "Warning, gru: 3 of 4 were in training." in table.note
    assert "Warning, b" not in table.note


def test_what_was_not_checked_is_no_zero():
    assert contrast_table({"gru": content(False, "not checked")}).rows[0][-1] is None
