from tfcmp.evaluation.intervals import Interval
from tfcmp.reporting.figures.accuracy import draw_accuracy_against

ACCURACIES = {
    f"model{n}": Interval(0.9 - n / 100, 0.88 - n / 100, 0.92 - n / 100) for n in range(3)
}


def drawn(costs):
    return draw_accuracy_against("name", "Title", "latency, ms", ACCURACIES, costs).svg


def test_models_and_engines_are_named_once_each_not_every_pair():
    costs = {
        f"{label}: engine{engine}": Interval(1.0 + engine, 0.9 + engine, 1.1 + engine)
        for label in ACCURACIES
        for engine in range(4)
    }
    svg = drawn(costs)
    for name in [*ACCURACIES, *(f"engine{n}" for n in range(4))]:
        assert svg.count(f">{name}<") == 1
    assert ": engine" not in svg


def test_models_alone_need_no_engine():
    svg = drawn({label: Interval(2.0, 1.9, 2.1) for label in ACCURACIES})
    assert [svg.count(f">{label}<") for label in ACCURACIES] == [1, 1, 1]
