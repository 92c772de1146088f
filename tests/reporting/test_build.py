import pytest

from tfcmp.errors import CallError
from tfcmp.reporting.analysis.comparison import Comparison, ReportOptions
from tfcmp.reporting.build import assemble
from tfcmp.reporting.load.inputs import gather


def test_a_report_has_all_its_parts_and_no_empty_table(write_run):
    report = assemble(gather([write_run("gru"), write_run("lstm")]), ReportOptions())
    anchors = [section.anchor for section in report.sections]
    assert anchors == [
        "overview",
        "reasoning",
        "accuracy",
        "times",
        "inference",
        "interpretability",
        "hyperparameters",
        "stability",
        "calibration",
        "classes",
        "slices",
        "behaviour",
        "ledger",
        "runs",
    ]
    assert all(table.rows for table in report.tables())
    names = [table.name for table in report.tables()]
    assert len(names) == len(set(names))


def test_every_finding_is_in_the_claims_and_traced_to_a_table(write_run):
    paths = [write_run("gru", seed) for seed in (1, 2)]
    report = assemble(gather([*paths, write_run("lstm")]), ReportOptions())
    tables = {table.name: table for table in report.tables()}
    listed = {row[1] for row in tables["claims"].rows}
    claims = [claim for section in report.sections for claim in section.claims]
    assert {claim.sentence for claim in claims} == listed
    for claim in claims:
        assert claim.table in tables or claim.verdict == "not measured"


def test_a_single_run_gives_a_report(write_run):
    report = assemble(gather([write_run()]), ReportOptions())
    assert "pairs" not in [table.name for table in report.tables()]


def test_a_wish_that_cannot_be_read_is_refused(write_run):
    with pytest.raises(CallError, match="--require"):
        assemble(gather([write_run()]), ReportOptions(("fast",)))


def test_the_margin_of_equality_is_the_users(write_run):
    paths = [write_run(model, seed) for model in ("gru", "lstm") for seed in (1, 2, 3)]
    (pairs,) = [
        table
        for table in assemble(gather(paths), ReportOptions(margin=0.9)).tables()
        if table.name == "pairs"
    ]
    equality = [column.name for column in pairs.columns].index("equality")
    assert pairs.rows[0][equality] == "supported"


def test_searches_of_one_model_are_drawn_with_different_lines(write_run, write_search, tmp_path):
    searches = [write_search(tmp_path / name) for name in ("gru_a", "gru_b", "lstm")]
    styles = Comparison(gather([write_run("gru"), *searches])).styles
    assert styles["gru_a"] == styles["gru"]
    assert styles["gru_b"].colour == styles["gru"].colour
    assert styles["gru_b"].line != styles["gru"].line
    assert "lstm" in styles
