from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from tfcmp.reporting.figures.confusion import MOST_CLASSES, draw_confusion
from tfcmp.reporting.load.runs import read_run
from tfcmp.reporting.sections.classes import classes_section
from tfcmp.reporting.write import on_paper


def test_two_classes_have_scores_and_no_picture(write_run, compare):
    section = classes_section(compare([write_run()]))
    assert [table.name for table in section.tables] == ["classes"]
    assert section.figures == ()
    assert [row[1] for row in section.tables[0].rows] == ["neg", "pos"]


def with_a_third(run):
    """The run with probabilities of a class more, which it never answers."""
    answers = run.answers["test"]
    nothing = np.zeros((len(answers.labels), 1), np.float32)
    wide = np.concatenate([answers.probabilities, nothing], axis=1)
    return replace(run, answers={"test": replace(answers, probabilities=wide)})


def test_more_classes_have_a_picture_per_model_and_their_confusions(write_run, compare):
    classes = ("bad", "good", "odd")
    settings = {"classes": classes, "train_sizes": (40, 40, 20)}
    runs = [with_a_third(read_run(write_run(model, **settings))) for model in ("gru", "lstm")]
    section = classes_section(compare(runs))
    assert [figure.name for figure in section.figures] == ["confusion_1", "confusion_2"]
    assert [table.name for table in section.tables] == ["classes", "confusions"]
    assert len(section.tables[0].rows) == 6
    odd, _ = (row for row in section.tables[0].rows if row[1] == "odd")
    assert odd[2:5] == (0, 0.0, None)


@pytest.mark.parametrize("classes", [2, 3, 20, MOST_CLASSES + 5])
def test_a_confusion_matrix_is_a_picture_at_every_size(classes):
    counts = np.random.default_rng(0).poisson(3, (classes, classes))
    names = [f"<class> & {number}" for number in range(classes)]
    figure = draw_confusion("confusion", "Confusions", names, counts)
    svg = on_paper(figure.svg)
    ElementTree.fromstring(svg.encode())
    assert ("classes with most errors" in figure.caption) == (classes > MOST_CLASSES)
