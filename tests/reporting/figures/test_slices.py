import re

from tfcmp.evaluation.intervals import Interval
from tfcmp.evaluation.slices import Slice
from tfcmp.reporting.figures.slices import draw_slices

LONG = ("double_negation", "expectation", "far_cue", "negation", "opening_cue", "plain")


def slanted(labels):
    parts = [Slice(label, 50, 50, Interval(0.8, 0.7, 0.9)) for label in labels]
    svg = draw_slices("name", "Title", "phenomenon", {"gru": parts, "lstm": parts}, False).svg
    return [label for label in labels if re.search(rf"rotate\(-30[^<]*>{label}<", svg)]


def test_many_long_labels_are_slanted_so_that_none_runs_into_another():
    assert slanted(LONG) == list(LONG)


def test_few_short_labels_stay_level():
    assert slanted(["plain", "negation"]) == []
