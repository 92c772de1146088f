import pytest

from tfcmp.reporting.render.commands import portable


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
