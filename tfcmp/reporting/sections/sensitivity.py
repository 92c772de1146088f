"""Which model to take under other latency budgets, preferences and engines."""

from collections.abc import Callable, Mapping, Sequence

from tfcmp.evaluation.axes import Distinguishable, Models, estimate, is_measured
from tfcmp.evaluation.decision import Decision, Rule, decide
from tfcmp.evaluation.intervals import Interval
from tfcmp.reporting.analysis.decision import INFERENCE, INTERPRETABILITY, PERFORMANCE
from tfcmp.reporting.render.document import Column, Table, make_table

# Milliseconds, by the p90 of the latency; None is no limit.
BUDGETS = (1, 2, 5, 10, 20, 50, None)
PREFERENCES = (PERFORMANCE, INFERENCE, INTERPRETABILITY)
NONE_MEETS = "no model"
UNKNOWN = "not measured"

# Engine -> label -> axis -> measurement.
Engines = Mapping[str, Mapping[str, Mapping[str, Interval | float]]]
Test = Callable[[Models], Distinguishable]


def sensitivity_table(
    models: Models, engines: Engines, test: Test, margin: float, then: str | None
) -> Table:
    """A row for each engine and latency budget, a column for each preference.

    Args:
        models: label -> axis -> measurement.
        engines: the axes of inference by engine.
        test: the test that distinguishes models of these measurements.
        margin: of accuracies that tie, as a share.
        then: axis that decides ties first.
    """
    rows = []
    for engine, by_label in engines.items():
        of_engine = {label: {**models[label], **by_label[label]} for label in by_label}
        distinguishable = test(of_engine)
        for budget in BUDGETS:
            wanted = [f"{INFERENCE}<={budget}"] if budget is not None else []
            rules = [
                Rule(preference, margin if preference == PERFORMANCE else 0.0, then)
                for preference in PREFERENCES
            ]
            decisions = [
                decide(of_engine, wanted, rule, distinguishable=distinguishable) for rule in rules
            ]
            cells = [
                _cell(one, of_engine, rule.preference)
                for one, rule in zip(decisions, rules, strict=True)
            ]
            left_out = [label for label in models if label not in by_label]
            limit = f"{budget} ms" if budget is not None else "no limit"
            rows.append((engine, limit, *cells, ", ".join(left_out) or None))
    columns = (
        Column("engine", "engine"),
        Column("budget", "latency p90 up to"),
        *(Column(f"by_{name}", f"by {name}") for name in PREFERENCES),
        Column("left_out", "not measured with it"),
    )
    return make_table(
        "sensitivity",
        "What to take under other limits, preferences and engines",
        columns,
        rows,
        "The model that the rules above take, by engine: its latency counts against the limit. In "
        "brackets the models that tie with the best on the preferred axis. Accuracies are those of "
        "the runs.",
    )


def order_note(engines: Engines) -> str | None:
    """How engines order the models that all of them ran by latency; None for fewer than two."""
    shared = set.intersection(*map(set, engines.values())) if engines else set()
    if len(engines) < 2 or len(shared) < 2:
        return None
    orders: dict[tuple[str, ...], list[str]] = {}
    for engine, by_label in engines.items():
        timed = [label for label in by_label if label in shared]
        if all(is_measured(by_label[label], INFERENCE) for label in timed):
            order = sorted(timed, key=lambda label: estimate(by_label[label], INFERENCE))
            orders.setdefault(tuple(order), []).append(engine)
    if len(orders) < 2:
        return f"All engines that were measured order the models alike by {INFERENCE}."
    told = "; ".join(f"{', '.join(names)}: {', '.join(order)}" for order, names in orders.items())
    return (
        f"The order of latencies depends on the engine. From fast to slow by {INFERENCE}, as "
        f"measured, neighbours not always distinguishable: {told}."
    )


def _cell(decision: Decision, models: Models, preference: str) -> str:
    if decision.taken is None:
        is_known = any(is_measured(of, preference) for of in models.values())
        return NONE_MEETS if is_known else UNKNOWN
    others: Sequence[str] = [name for name in decision.ties if name != decision.taken]
    return f"{decision.taken} ({', '.join(others)})" if others else decision.taken
