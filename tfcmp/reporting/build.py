"""From material to a report."""

from collections import Counter
from dataclasses import dataclass, replace

from tfcmp.evaluation.decision import Rule
from tfcmp.evaluation.significance import EQUALITY_MARGIN
from tfcmp.reporting.analysis.comparability import modal_conditions
from tfcmp.reporting.analysis.decision import PERFORMANCE
from tfcmp.reporting.analysis.pairwise import accuracies, compare_all
from tfcmp.reporting.figures.drawing import LINES, line
from tfcmp.reporting.figures.palette import Styles, styles_of
from tfcmp.reporting.load.inputs import Material
from tfcmp.reporting.load.models import family_of, test_groups
from tfcmp.reporting.render.document import Report, Section
from tfcmp.reporting.sections.accuracy import accuracy_section
from tfcmp.reporting.sections.calibration import calibration_section
from tfcmp.reporting.sections.claims import claims_section, hypotheses
from tfcmp.reporting.sections.classes import classes_section
from tfcmp.reporting.sections.hyperparameters import hyperparameters_section
from tfcmp.reporting.sections.inference import inference_section
from tfcmp.reporting.sections.interpretability import interpretability_section
from tfcmp.reporting.sections.overview import overview_section
from tfcmp.reporting.sections.recommendation import reasoning_section
from tfcmp.reporting.sections.robustness import robustness_section
from tfcmp.reporting.sections.runs import facts, runs_section
from tfcmp.reporting.sections.slices import slices_section
from tfcmp.reporting.sections.stability import steadiness_section
from tfcmp.reporting.sections.throughput import throughput_section
from tfcmp.reporting.sections.training_cost import times_section


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
    preference: str = "accuracy"
    margin: float = EQUALITY_MARGIN
    then: str | None = None

    def rule(self) -> Rule:
        """What to choose by; accuracies within the margin tie."""
        margin = self.margin if self.preference == PERFORMANCE else 0.0
        return Rule(self.preference, margin, self.then)


def assemble(material: Material, report_options: ReportOptions) -> Report:
    """Computes all tables, figures and findings; what is asked first comes first.

    Raises:
        CallError: a requirement cannot be read, or an axis is unknown.
    """
    entrants, benches, styles = material.entrants, material.benches, styles_in(material)
    measured = accuracies(entrants, test_groups(entrants))
    pairs = compare_all(entrants, report_options.margin)
    mission = hypotheses(entrants, pairs, report_options.margin, benches)
    # By the throughputs of bench if they name that table.
    by_bench = [claim for claim in mission if claim.table == "throughput"]
    reasoning = reasoning_section(
        entrants, measured, pairs, report_options.requirements, report_options.rule(), styles
    )
    accuracy = accuracy_section(entrants, measured, pairs, report_options.margin, styles)
    throughput = throughput_section(benches, by_bench)
    sections = [
        overview_section(reasoning.claims, mission, accuracy.claims),
        reasoning,
        accuracy,
        times_section(entrants, material.searches, measured, styles),
        *([throughput] if throughput else []),
        inference_section(entrants, measured, styles),
        interpretability_section(entrants),
        hyperparameters_section(
            material.searches, styles, material.failed_searches, modal_conditions(entrants)
        ),
        steadiness_section(entrants, material.failed),
        calibration_section(entrants),
        classes_section(entrants),
        slices_section(entrants, styles),
        robustness_section(entrants),
    ]
    sections.append(claims_section(mission, sections[1:], report_options.margin))
    sections.append(runs_section(entrants))
    names = ", ".join(entrant.label for entrant in entrants)
    return Report(f"Comparison of {names}", facts(entrants), tuple(map(_without_empty, sections)))


def styles_in(material: Material) -> Styles:
    """One look a model; a search without a run of its name has that of the first of its model.

    Further searches of that model are told apart by their lines.
    """
    styles = styles_of({entrant.label: entrant.family for entrant in material.entrants})
    seen: Counter[str] = Counter()
    for search in material.searches:
        twins = [one.label for one in material.entrants if search.label.startswith(one.model)]
        if search.label in styles:
            continue
        if not twins:
            styles |= styles_of({search.label: family_of(search.label)})
            continue
        look = styles[twins[0]]
        stroke = line(LINES.index(look.line) + seen[twins[0]])
        styles[search.label] = look._replace(line=stroke)
        seen[twins[0]] += 1
    return styles


def _without_empty(section: Section) -> Section:
    """The section without tables that have no row."""
    return replace(section, tables=tuple(table for table in section.tables if table.rows))
