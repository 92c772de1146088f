import pytest

from tfcmp.reporting.entrants import make_entrants
from tfcmp.reporting.interpretability import interpretability_section
from tfcmp.reporting.reading import read_run
from tfcmp.runs.files import write_json


@pytest.fixture
def content(benches):
    """Of explanation.json, with two methods."""
    method = {
        "comprehensiveness": benches.ends(0.6),
        "sufficiency": benches.ends(0.1),
        "seconds": {"median": 0.4, "p90": 1.3},
        "completeness": {"p95": 0.02},
    }
    random = {"comprehensiveness": benches.ends(0.02), "sufficiency": benches.ends(0.2)}
    return {
        "methods": {"ig": method, "occlusion": {**method, "plausibility": benches.ends(0.7)}},
        "random": random,
        "sanity": {"ig": {"passed": True}, "occlusion": {"passed": False}},
        "sample": {"texts": 200},
    }


def test_a_row_a_method_beside_a_random_ranking(write_run, content):
    path = write_run()
    write_json(path / "explanation.json", content)
    (table,) = interpretability_section(make_entrants([read_run(path)])).tables
    names = [column.name for column in table.columns]
    ig, occlusion = [dict(zip(names, row, strict=True)) for row in table.rows]
    assert (ig["comprehensiveness"], ig["random_comprehensiveness"]) == (0.6, 0.02)
    assert (ig["seconds"], ig["sanity"], ig["plausibility"]) == (0.4, "passed", None)
    assert (occlusion["method"], occlusion["sanity"]) == ("leaving a word out", "failed")
    assert occlusion["plausibility"] == 0.7


def test_what_was_not_measured_is_told(write_run):
    section = interpretability_section(make_entrants([read_run(write_run())]))
    assert "Not measured" in section.notes[0]
