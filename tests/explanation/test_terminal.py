import io

import numpy as np
import pytest
from rich.console import Console
from rich.text import Text

from tfcmp.explanation.explainer import Explanation
from tfcmp.explanation.reading import Reading
from tfcmp.explanation.terminal import coloured_text, print_explanation, told
from tfcmp.explanation.words import find_words


@pytest.fixture
def make():
    def build(text, scores, error=0.01, predicted="neg"):
        nothing = np.zeros(0, np.int32)
        reading = Reading(text, tuple(find_words(text)), nothing, nothing, nothing, nothing)
        scores = np.array(scores, float)
        return Explanation(
            reading, "neg", 0.75, predicted, "ig", scores, 0.0, 100, error, "mask", 1.5
        )

    return build


def printed(explanation):
    stream = io.StringIO()
    console = Console(file=stream, width=60, force_terminal=True, color_system="truecolor")
    print_explanation(explanation, console)
    return Text.from_ansi(stream.getvalue()).plain


def test_the_answer_the_text_and_the_price_are_shown(make):
    shown = printed(make("[bold]not good[/bold]", [0, 0, 0, 1, 2, 0, 0, 0]))
    assert shown.startswith("neg 75.0%\n[bold]not good[/bold]\n")
    assert "100 steps from mask, completeness error 1.00%, 1.50 s" in " ".join(shown.split())


def test_a_class_that_was_asked_for_is_shown_with_the_predicted_one(make):
    assert printed(make("good", [1], predicted="pos")).startswith("neg 75.0% (predicted: pos)\n")


def test_words_are_coloured_in_their_places(make):
    text = coloured_text(make("a good film", [0.0, 2.0, -1.0]))
    colours = {text.plain[span.start : span.end]: str(span.style) for span in text.spans}
    assert colours["good"] == "black on #56a0e0"
    assert set(colours) == {"good", "film"}
    assert len(set(colours.values())) == 2


def test_words_that_were_cut_are_struck_through_and_the_legend_says_why(make):
    explanation = make("seen unseen", [1.0, np.nan])
    assert str(coloured_text(explanation).spans[1].style) == "dim strike"
    assert "cut by the length limit" in printed(explanation)
    assert "cut" not in printed(make("seen", [1.0]))


@pytest.mark.parametrize("harmful", ["\x1b[2J", "\x00", "\x9b", "\ud800", "\x07"])
def test_a_text_cannot_steer_the_terminal(make, harmful):
    text = f"a {harmful} b"
    shown = printed(make(text, np.ones(len(find_words(text)))))
    assert harmful not in shown
    assert "\ufffd" in shown


def test_an_explanation_that_is_incomplete_says_so(make):
    assert "do not rely on it" in told(make("a", [1.0], error=0.07))
    assert "do not rely on it" not in told(make("a", [1.0]))


@pytest.mark.parametrize("how", [{"color_system": None}, {"no_color": True}])
def test_without_colours_words_have_numbers(make, how):
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=True, **how)
    print_explanation(make("a \x07good film unseen", [0.0, 2.0, -1.0, np.nan]), console)
    lines = Text.from_ansi(stream.getvalue()).plain.splitlines()
    assert lines[1] == "a \ufffdgood (+2.00) film (-1.00) unseen (cut)"
    assert "logit of neg" in lines[2]
