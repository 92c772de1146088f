"""From the inputs of a report to the report: one comparison, handed to every section."""

from dataclasses import replace

from tfcmp.reporting.analysis.comparison import Comparison, ReportOptions
from tfcmp.reporting.analysis.hypotheses import hypotheses
from tfcmp.reporting.load.inputs import ReportInputs
from tfcmp.reporting.render.document import Report, Section
from tfcmp.reporting.sections.accuracy import accuracy_section
from tfcmp.reporting.sections.behaviour import behaviour_section
from tfcmp.reporting.sections.calibration import calibration_section
from tfcmp.reporting.sections.claims import claims_section, overview_section
from tfcmp.reporting.sections.classes import classes_section
from tfcmp.reporting.sections.hyperparameters import hyperparameters_section
from tfcmp.reporting.sections.inference import inference_section
from tfcmp.reporting.sections.interpretability import interpretability_section
from tfcmp.reporting.sections.recommendation import recommendation_section
from tfcmp.reporting.sections.runs import facts, runs_section
from tfcmp.reporting.sections.slices import slices_section
from tfcmp.reporting.sections.stability import stability_section
from tfcmp.reporting.sections.throughput import throughput_section
from tfcmp.reporting.sections.training_cost import training_cost_section


def assemble(inputs: ReportInputs, options: ReportOptions) -> Report:
    """Computes all tables, figures and findings; what users ask first comes first.

    Raises:
        CallError: a requirement cannot be read, or an axis is unknown.
    """
    comparison = Comparison(inputs, options)
    claims = hypotheses(comparison)
    recommendation = recommendation_section(comparison)
    accuracy = accuracy_section(comparison)
    throughput = throughput_section(comparison, claims)
    sections = [
        recommendation,
        accuracy,
        training_cost_section(comparison),
        *([throughput] if throughput else []),
        inference_section(comparison),
        interpretability_section(comparison),
        hyperparameters_section(comparison),
        stability_section(comparison),
        calibration_section(comparison),
        classes_section(comparison),
        slices_section(comparison),
        behaviour_section(comparison),
    ]
    sections = [
        overview_section(recommendation.claims, claims, accuracy.claims),
        *sections,
        claims_section(claims, sections, options.margin),
        runs_section(comparison),
    ]
    names = ", ".join(model.label for model in comparison.models)
    return Report(f"Comparison of {names}", facts(comparison), tuple(map(_without_empty, sections)))


def _without_empty(section: Section) -> Section:
    """The section without tables that have no row."""
    return replace(section, tables=tuple(table for table in section.tables if table.rows))
