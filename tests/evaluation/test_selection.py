import pytest

from tfcmp.evaluation.selection import search_score, selection_score

SCORES = {"accuracy": 0.8, "loss": 0.3, "macro_f1": 0.6}


@pytest.mark.parametrize(("selection", "score"), [("accuracy", 0.8), ("macro_f1", 0.6)])
def test_a_share_is_the_better_the_higher(selection, score):
    assert selection_score(selection, SCORES) == score


def test_a_loss_is_the_better_the_lower():
    assert selection_score("loss", SCORES) > selection_score("loss", {"loss": 0.4})


def test_trials_are_compared_by_shares_only():
    assert [search_score(name) for name in SCORES] == ["accuracy", "accuracy", "macro_f1"]
