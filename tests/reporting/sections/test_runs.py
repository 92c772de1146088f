from tfcmp.reporting.load.runs import read_run
from tfcmp.reporting.sections.runs import facts, runs_section


def test_every_run_is_listed_with_what_it_ran_on(write_run, compare):
    comparison = compare([read_run(write_run("gru", seed)) for seed in (1, 2)])
    table = runs_section(comparison).tables[0]
    assert [row[1] for row in table.rows] == ["gru-seed1", "gru-seed2"]
    assert table.rows[0][7:12] == ("Test CPU", "2", "float32", "2026-01-02", "0123456789")


def test_settings_that_differ_are_shown_side_by_side(write_run, compare):
    fast = write_run("lstm", training={"optimizer": "sgd", "momentum": 0.5})
    comparison = compare([read_run(write_run("gru")), read_run(fast)])
    table = runs_section(comparison).tables[1]
    assert ("training.optimizer", "adam", "sgd") in table.rows
    assert ("training.momentum", "0.9", "0.5") in table.rows
    assert "training.epochs" not in [row[0] for row in table.rows]
    assert [column.heading for column in table.columns] == ["setting", "gru", "lstm"]


def test_no_path_of_the_machine_is_told(write_run, tmp_path, compare):
    comparison = compare([write_run()])
    told = repr((facts(comparison), runs_section(comparison)))
    assert str(tmp_path) not in told
