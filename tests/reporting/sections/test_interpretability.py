import pytest

from tfcmp.reporting.load.runs import read_run
from tfcmp.reporting.sections.interpretability import interpretability_section
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
        "measure": "share of the logit margin",
        "methods": {"ig": method, "occlusion": {**method, "plausibility": benches.ends(0.7)}},
        "random": random,
        "sanity": {"ig": {"passed": True}, "occlusion": {"passed": False}},
        "sample": {"texts": 200},
    }


def test_a_row_a_method_beside_a_random_ranking(write_run, content, compare):
    path = write_run()
    write_json(path / "explanation.json", content)
    (table,) = interpretability_section(compare([read_run(path)])).tables
    names = [column.name for column in table.columns]
    ig, occlusion = [dict(zip(names, row, strict=True)) for row in table.rows]
    assert (ig["comprehensiveness"], ig["random_comprehensiveness"]) == (0.6, 0.02)
    assert (ig["seconds"], ig["sanity"], ig["plausibility"]) == (0.4, "passed", None)
    assert (occlusion["method"], occlusion["sanity"]) == ("leaving a word out", "failed")
    assert occlusion["plausibility"] == 0.7


def test_what_was_not_measured_is_told(write_run, compare):
    section = interpretability_section(compare([write_run()]))
    assert "Not measured" in section.notes[0]


def test_what_was_measured_on_other_texts_says_so(write_run, content, compare):
    paths = [write_run(model) for model in ("gru", "lstm")]
    for path, texts_of in zip(paths, ("test", "mine.csv"), strict=True):
        sample = {"texts": 200, "texts_of": texts_of}
        write_json(path / "explanation.json", {**content, "sample": sample})
    (table,) = interpretability_section(compare(paths)).tables
    names = [column.name for column in table.columns]
    rows = [dict(zip(names, row, strict=True)) for row in table.rows]
    assert [row["texts_of"] for row in rows] == ["test", "test", "mine.csv", "mine.csv"]
    assert rows[0]["left_out"] is None
    assert rows[2]["left_out"] == "texts of mine.csv; of most texts of test"
