from xml.etree import ElementTree

import pytest

from tfcmp.evaluation.intervals import Interval
from tfcmp.reporting.figures.accuracy import draw_accuracies
from tfcmp.reporting.figures.drawing import compact, shortened
from tfcmp.reporting.write import on_paper

HOSTILE = "<script>alert(1)</script>--> $x$"


@pytest.fixture
def figure():
    return draw_accuracies({HOSTILE: Interval(0.8, 0.7, 0.9)}, {HOSTILE: [0.8]})


def test_a_picture_can_stand_in_a_page(figure):
    assert figure.svg.startswith("<svg")
    ElementTree.fromstring(figure.svg)


def test_a_label_is_text_and_never_markup(figure):
    root = ElementTree.fromstring(figure.svg)
    assert not [one for one in root.iter() if "script" in str(one.tag)]
    told = "".join(root.itertext())
    assert shortened(HOSTILE) in told


def test_a_picture_asks_for_nothing_from_elsewhere(figure):
    root = ElementTree.fromstring(figure.svg)
    links = [value for one in root.iter() for name, value in one.attrib.items() if "href" in name]
    assert all(link.startswith("#") for link in links)
    assert "DOCTYPE" not in figure.svg


def test_ink_follows_the_page_and_is_dark_on_paper(figure):
    assert "currentColor" in figure.svg
    assert "#010203" not in figure.svg
    assert "currentColor" not in on_paper(figure.svg)
    ElementTree.fromstring(on_paper(figure.svg).encode())


def test_the_same_numbers_give_the_same_picture(figure):
    again = draw_accuracies({HOSTILE: Interval(0.8, 0.7, 0.9)}, {HOSTILE: [0.8]})
    assert again == figure


@pytest.mark.parametrize(
    ("value", "text"), [(3.5, "3.5"), (3500, "3.5 k"), (22713986, "22.7 M"), (1.2e9, "1.2 G")]
)
def test_large_numbers_are_short(value, text):
    assert compact(value) == text
