"""The comparison that a report shows: its inputs, and every value that several sections need, once."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tfcmp.evaluation.axes import ACCURACY, AXES, PARAMETERS, Measurements, Models
from tfcmp.evaluation.decision import Rule
from tfcmp.evaluation.intervals import Clusters, Interval
from tfcmp.evaluation.significance import EQUALITY_MARGIN
from tfcmp.reporting.analysis.benchmarks import (
    INFERENCE_AXES,
    Engines,
    InferenceCell,
    inference_cells,
    latencies_by_engine,
    usual_axes,
    usual_hardware,
    why_left_out,
)
from tfcmp.reporting.analysis.explanations import (
    EXPLAINED_AXES,
    Setting,
    explained_axes,
    usual_setting,
)
from tfcmp.reporting.analysis.pairwise import Pair, accuracies, compare_all
from tfcmp.reporting.analysis.training_times import (
    Conditions,
    interval_over,
    mean_over,
    modal_conditions,
    timed_runs,
    training_seconds,
    usual_of_searches,
)
from tfcmp.reporting.figures.drawing import LINES, line
from tfcmp.reporting.figures.palette import Styles, styles_of
from tfcmp.reporting.load.inputs import ReportInputs
from tfcmp.reporting.load.models import ModelResult, family_of, test_groups
from tfcmp.reporting.load.runs import mean_of, value_of


@dataclass(frozen=True)
class ReportOptions:
    """What the user asks of the decision.

    Attributes:
        requirements: such as "latency_p90_ms<=20".
        preference: name of an axis.
        margin: largest difference of accuracies that counts as none, as a share.
        then: name of the axis that decides ties first; None for the usual ones.
    """

    requirements: tuple[str, ...] = ()
    preference: str = ACCURACY
    margin: float = EQUALITY_MARGIN
    then: str | None = None

    def rule(self, preference: str | None = None) -> Rule:
        """What to choose by; accuracies within the margin tie."""
        preference = preference or self.preference
        return Rule(preference, self.margin if preference == ACCURACY else 0.0, self.then)


@dataclass(frozen=True)
class Comparison:
    """What all sections are computed from.

    Attributes:
        inputs: what was read.
        options: what the user asks for.
    """

    inputs: ReportInputs
    options: ReportOptions = ReportOptions()

    @property
    def models(self) -> tuple[ModelResult, ...]:
        """All models, in the order of the command line."""
        return self.inputs.models

    @cached_property
    def test_groups(self) -> Clusters:
        """(n,) groups of the test texts."""
        return test_groups(self.models)

    @cached_property
    def accuracies(self) -> dict[str, Interval]:
        """Label -> mean test accuracy over seeds."""
        return accuracies(self.models, self.test_groups)

    @cached_property
    def ranked(self) -> list[ModelResult]:
        """The models, the most accurate first."""
        return sorted(self.models, key=lambda model: -self.accuracies[model.label].value)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every pair of models, the more accurate one first."""
        return compare_all(self.models, self.options.margin)

    @cached_property
    def conditions(self) -> Conditions:
        """The conditions of most runs whose times count; empty where none has such times."""
        return modal_conditions(self.models)

    @cached_property
    def search_conditions(self) -> Conditions:
        """The conditions under which seconds of searches count."""
        return usual_of_searches(self.inputs.searches, self.conditions)

    @cached_property
    def training_seconds(self) -> dict[str, float]:
        """Label -> mean training seconds, of the models with runs whose times count."""
        means = {
            model.label: mean_over(timed_runs(model, self.conditions), training_seconds)
            for model in self.ranked
        }
        return {label: mean for label, mean in means.items() if mean is not None}

    @cached_property
    def inference_cells(self) -> tuple[InferenceCell, ...]:
        """All that was measured of inference."""
        return tuple(inference_cells(self.models))

    @cached_property
    def inference_axes(self) -> dict[str, dict[str, Interval | float]]:
        """Label -> axis of inference -> measurement, of the usual engine and conditions."""
        return usual_axes(self.models, self.inference_cells)

    @cached_property
    def latencies_by_engine(self) -> Engines:
        """Engine -> label -> axis of inference -> measurement."""
        return latencies_by_engine(self.inference_cells)

    @cached_property
    def untimed(self) -> dict[str, str]:
        """Label -> why inference times that were measured do not count."""
        return why_left_out(self.inference_cells, self.inference_axes)

    @cached_property
    def explanation_setting(self) -> Setting | None:
        """How most explanations were measured."""
        return usual_setting(self.models)

    @cached_property
    def explained_axes(self) -> dict[str, dict[str, Interval | float]]:
        """Label -> axis of explanations -> measurement, of those measured in the usual setting."""
        return explained_axes(self.models, self.explanation_setting)

    @cached_property
    def measurements(self) -> Models:
        """Label -> axis -> what was measured."""
        return {model.label: self._measurements_of(model) for model in self.models}

    def _measurements_of(self, model: ModelResult) -> Measurements:
        of: dict[str, Interval | float | None] = {
            axis.name: mean_of([run.later.get(axis.name) for run in model.runs]) for axis in AXES
        }
        of |= {name: self.inference_axes[model.label].get(name) for name in INFERENCE_AXES}
        of |= {name: self.explained_axes[model.label].get(name) for name in EXPLAINED_AXES}
        for name in ("macro_f1", "nll", "brier", "ece"):
            of[name] = float(np.mean([run.result["test"][name]["value"] for run in model.runs]))
        of[ACCURACY] = self.accuracies[model.label]
        of["training_seconds"] = interval_over(timed_runs(model, self.conditions), training_seconds)
        of[PARAMETERS] = value_of(model.runs[0].result["parameters"].get("total"))
        return of

    @cached_property
    def hardware_of_axes(self) -> dict[str, str]:
        """Axis -> what it was measured on, of the axes that depend on it."""
        training = [self.conditions.get(name) for name in ("hardware", "threads", "precision")]
        found = dict.fromkeys(INFERENCE_AXES, usual_hardware(self.inference_cells))
        if all(training):
            found["training_seconds"] = "{}, {} threads, {}".format(*training)
        return found

    @cached_property
    def styles(self) -> Styles:
        """Style of each model; a search without a run of its name has that of the first of its model.

        Further searches of that model have other lines.
        """
        styles = styles_of({model.label: model.family for model in self.models})
        seen: Counter[str] = Counter()
        for search in self.inputs.searches:
            same_model = [one.label for one in self.models if search.label.startswith(one.model)]
            if search.label in styles:
                continue
            if not same_model:
                styles |= styles_of({search.label: family_of(search.label)})
                continue
            first = same_model[0]
            stroke = line(LINES.index(styles[first].line) + seen[first])
            styles[search.label] = styles[first]._replace(line=stroke)
            seen[first] += 1
        return styles
