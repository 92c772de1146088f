from tfcmp.reporting.sections.behaviour import behaviour_section
from tfcmp.runs.files import write_json


def content(value, seed=1):
    rate = {"value": value, "low": value / 2, "high": 2 * value, "failures": 1, "cases": 200}
    capability = {"kind": "MFT", "summary": "not good", "failure_rate": rate}
    capability["parts"] = {"expected neg": {**rate, "cases": 100}}
    return {
        "test_set": {"version": 1, "seed": seed, "cases": 200},
        "tolerance": 0.1,
        "capabilities": {"negation": capability},
    }


def sections(write_run, compare, contents):
    paths = [write_run(model) for model in contents]
    for path, of in zip(paths, contents.values(), strict=True):
        if of is not None:
            write_json(path / "behaviour.json", of)
    return behaviour_section(compare(paths))


def test_failure_rates_of_one_test_set_stand_beside_each_other(write_run, compare):
    (table,) = sections(write_run, compare, {"gru": content(0.2), "lstm": content(0.3)}).tables
    assert table.rows == (("negation", "MFT", "not good", 200, 0.2, 0.1, 0.4, 0.3, 0.15, 0.6),)
    assert [column.name for column in table.columns][4:7] == ["gru", "gru_low", "gru_high"]


def test_runs_tested_on_other_cases_share_no_table(write_run, compare):
    tables = sections(
        write_run, compare, {"gru": content(0.2), "lstm": content(0.3, seed=2)}
    ).tables
    assert [table.name for table in tables] == ["behaviour", "behaviour_2"]


def test_what_was_not_measured_is_told(write_run, compare):
    assert "Not measured" in sections(write_run, compare, {"gru": None}).notes[0]
