import pytest

from tfcmp.data.corpus import index_source
from tfcmp.data.label_warnings import label_warnings, left_out_rows


@pytest.fixture
def warnings(source_of, tmp_path):
    return lambda *rows: label_warnings(index_source(source_of(*rows), tmp_path))


@pytest.mark.parametrize(
    "names",
    [
        ("True", "TRUE"),
        ("good", '"good"'),
        ("a b", "a_b"),
        ("007", "7"),
        ("True", "1"),
        ("\u0130Y\u0130", "iyi"),
        ("a\u200bb", "ab"),
    ],
)
def test_classes_that_look_alike_are_named_with_their_counts(warnings, names):
    (told,) = [
        one for one in warnings(*[(f"t{n}", names[n % 2]) for n in range(5)]) if "alike" in one
    ]
    assert f"{names[0]!r} (3)" in told
    assert f"{names[1]!r} (2)" in told


def test_names_in_quotation_marks_are_told(warnings):
    assert (
        "quotation marks: '\"bad\"' (1), '\"good\"' (1)"
        in warnings(("a", '"good"'), ("b", '"bad"'))[0]
    )


def test_contradictory_labels_of_one_text_are_counted(warnings):
    (told,) = warnings(("a", "x"), ("a", "y"), ("a", "x"), ("b", "y"), ("b", "y"))
    assert told.startswith("1 text has contradictory labels in 3 rows")


def test_of_clean_labels_nothing_is_told(warnings):
    assert warnings(("a", "neg"), ("b", "pos"), ("c", "-1"), ("d", "1")) == []


def test_rows_that_were_left_out_are_told_by_what_they_lack():
    (told,) = left_out_rows({"left_out": {"without_text": 1200, "without_label": 1}})
    assert "1,200 without text, 1 without label" in told
    assert left_out_rows({}) == []


@pytest.mark.parametrize("name", ["nan", "None", "NULL", "N/A", "\\N", "<NA>"])
def test_classes_and_texts_that_look_like_missing_values_are_named(warnings, name):
    told = " ".join(warnings(("a", name), ("b", name), (name, "good"), ("Nanny", "none at all")))
    assert f"look like missing values, and count as classes: {name!r} (2)" in told
    assert "1 texts look like missing values" in told
