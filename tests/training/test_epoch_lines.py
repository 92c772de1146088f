import pytest

from tfcmp.training.epoch_lines import EpochLines, epoch_line

EPOCH = {
    "event": "epoch",
    "epoch": 2,
    "loss": 0.51234,
    "accuracy": 0.75,
    "gradient_norm": 3.0,
    "seconds": 12.34,
    "validation_accuracy": 0.8,
    "validation_macro_f1": 0.7,
    "validation_loss": 0.4,
}


def test_a_line_tells_losses_scores_and_times():
    assert epoch_line(EPOCH, 5, 3723.4) == (
        "epoch 2 of 5: loss 0.5123, accuracy 75.00%; validation accuracy 80.00%, macro F1 70.00%, "
        "loss 0.4000; 12.3 s; at most 1:02:03 left"
    )


def test_the_last_epoch_promises_no_more_time():
    assert "left" not in epoch_line(EPOCH, 2, 0.0)


@pytest.mark.parametrize(("terminal", "lines"), [(False, 1), (True, 0)])
def test_lines_are_told_where_no_bar_is_drawn(capsys, monkeypatch, terminal, lines):
    monkeypatch.setattr("tfcmp.progress.draws_bars", lambda: terminal)
    EpochLines(5, 100).tell(EPOCH, 60)
    assert capsys.readouterr().err.count("\n") == lines
