import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.reporting.render.document import Column, make_table
from tfcmp.reporting.render.format import csv_of, kernels, number, portable, shown, sort_key


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (0.9234, "share", "92.34"),
        (-0.0123, "points", "-1.23"),
        (0.00001, "p", "< 0.0001"),
        (0.0421, "p", "0.0421"),
        (22713986, "count", "22,713,986"),
        (8.25, "seconds", "8.25 s"),
        (300.0, "seconds", "5.0 min"),
        (7200.0, "seconds", "2.0 h"),
        (0.123456, "number", "0.123"),
        (None, "share", ""),
        (float("nan"), "share", ""),
        ("not resolved", "text", "not resolved"),
    ],
)
def test_a_value_is_shown_in_the_way_of_its_column(value, kind, text):
    assert shown(value, kind) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_finite_number_is_not_shown(value):
    assert number(value) == ""


def test_a_csv_keeps_numbers_unrounded_and_leaves_missing_ones_empty():
    columns = [Column("model", "model"), Column("mean", "mean", "share")]
    table = make_table("t", "T", columns, [("a, b", 0.1234567890123), ("c", None)])
    assert csv_of(table) == 'model,mean\n"a, b",0.1234567890123\nc,\n'


def test_a_zero_is_a_value_in_a_csv():
    columns = [Column("model", "model"), Column("p", "p", "p"), Column("texts", "texts", "count")]
    assert csv_of(make_table("t", "T", columns, [("gru", 0.0, 0)])) == "model,p,texts\ngru,0.0,0\n"


@given(st.lists(st.text(st.characters(exclude_characters="\0\r\n\x85"), min_size=1), min_size=1))
def test_any_text_comes_back_from_the_csv(texts):
    table = make_table("t", "T", [Column("text", "text")], [(text,) for text in texts])
    rows = list(csv.reader(io.StringIO(csv_of(table))))
    assert [row[0] for row in rows[1:]] == texts


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_sorts_by_itself(value):
    assert float(sort_key(value)) == value


NO_GPU = {"cudnn": False, "why_not": ["there is no GPU"]}


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ({}, "no recurrent layer"),
        ({"forward_1": {"cudnn": True, "why_not": []}}, "forward_1: cuDNN"),
        (
            {"forward_1": NO_GPU, "backward_1": NO_GPU},
            "forward_1, backward_1: no cuDNN (there is no GPU)",
        ),
    ],
)
def test_layers_of_one_answer_are_told_together(layers, told):
    assert kernels({"recurrent_layers": layers}) == told


def test_without_an_audit_nothing_is_told():
    assert kernels(None) is None


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("python -m tfcmp.bench /srv/ann/runs/gru-1 --full", "python -m tfcmp.bench gru-1 --full"),
        ("python -m tfcmp.fit --runs /data/x --model gru", "python -m tfcmp.fit --model gru"),
        (
            "python -m tfcmp.fit --cache=~/c --config=/a/b.yaml",
            "python -m tfcmp.fit --config=b.yaml",
        ),
        (
            "/usr/bin/python -m tfcmp.fit --data reviews/a.csv",
            "python -m tfcmp.fit --data reviews/a.csv",
        ),
        (
            "python -m tfcmp.explain RUN --text 'not bad'",
            "python -m tfcmp.explain RUN --text 'not bad'",
        ),
        ("unbalanced '", ""),
    ],
)
def test_a_command_is_told_without_the_places_of_a_machine(command, told):
    assert portable(command) == told
