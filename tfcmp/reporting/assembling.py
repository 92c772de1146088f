"""From material to a report."""

from dataclasses import dataclass, replace

from tfcmp.evaluation.verdicts import EQUALITY_MARGIN
from tfcmp.reporting.accuracy import accuracy_section
from tfcmp.reporting.calibrating import calibration_section
from tfcmp.reporting.comparisons import accuracies, compare_all
from tfcmp.reporting.document import Report, Section
from tfcmp.reporting.entrants import test_groups
from tfcmp.reporting.gathering import Material
from tfcmp.reporting.hyperparameters import hyperparameters_section
from tfcmp.reporting.inventory import facts, runs_section
from tfcmp.reporting.ledger import ledger_section
from tfcmp.reporting.reasoning import reasoning_section
from tfcmp.reporting.slicing import slices_section
from tfcmp.reporting.steadiness import steadiness_section
from tfcmp.reporting.times import times_section


@dataclass(frozen=True)
class Wishes:
    """What the user asks of the decision.

    Attributes:
        requirements: such as "latency_p90_ms<=20".
        preference: name of an axis.
        margin: largest difference of accuracies that counts as none, as a share.
    """

    requirements: tuple[str, ...] = ()
    preference: str = "accuracy"
    margin: float = EQUALITY_MARGIN


def assemble(material: Material, wishes: Wishes) -> Report:
    """Computes all tables, figures and findings.

    Raises:
        CallError: a requirement cannot be read, or an axis is unknown.
    """
    entrants = material.entrants
    measured = accuracies(entrants, test_groups(entrants))
    pairs = compare_all(entrants, wishes.margin)
    sections = [
        accuracy_section(entrants, pairs, wishes.margin),
        times_section(entrants, material.searches, measured),
        reasoning_section(entrants, measured, pairs, wishes.requirements, wishes.preference),
        hyperparameters_section(material.searches),
        steadiness_section(entrants, material.failed),
        calibration_section(entrants),
        slices_section(entrants),
    ]
    sections.append(ledger_section(entrants, pairs, sections, wishes.margin))
    sections.append(runs_section(entrants))
    names = ", ".join(entrant.label for entrant in entrants)
    return Report(f"Comparison of {names}", facts(entrants), tuple(map(_without_empty, sections)))


def _without_empty(section: Section) -> Section:
    """The section without tables that have no row."""
    return replace(section, tables=tuple(table for table in section.tables if table.rows))
