import pytest

from tfcmp.errors import CallError, WorkError
from tfcmp.study.stages import Stage, configuration_of, stage_of_run, stage_of_search, stages

SEARCHED = {"model": "gru", "search": {"trials": 1}}


def test_a_study_that_has_not_begun_is_new(write_study, plan_of, study):
    found = stages(study, plan_of(write_study(SEARCHED, seeds=[1])))
    assert found == {"gru-search": Stage.NEW, "gru-seed1": Stage.NEW}


def test_a_run_is_as_far_as_its_files(write_study, plan_of, study, write_result):
    run = plan_of(write_study({"model": "gru"})).runs[0]
    path = write_result(study, run)
    assert stage_of_run(study, run) is Stage.DONE
    (path / "result.json").unlink()
    assert stage_of_run(study, run) is Stage.INTERRUPTED
    study.state.failures[run.name] = "why"
    assert stage_of_run(study, run) is Stage.FAILED
    (path / "config.yaml").unlink()
    assert stage_of_run(study, run) is Stage.FAILED


def test_a_search_is_as_far_as_it_says(write_study, plan_of, study, write_search):
    search = plan_of(write_study(SEARCHED)).searches[0]
    write_search(study, search, status="interrupted")
    assert stage_of_search(study, search) is Stage.INTERRUPTED
    write_search(study, search)
    assert stage_of_search(study, search) is Stage.DONE


def test_an_interrupted_run_of_other_settings_is_refused(write_study, plan_of, study, write_result):
    old = plan_of(write_study({"model": "gru", "settings": {"architecture.units": 5}}))
    (write_result(study, old.runs[0]) / "result.json").unlink()
    run = plan_of(write_study({"model": "gru"})).runs[0]
    with pytest.raises(CallError, match=r"architecture\.units 96, there 5"):
        stage_of_run(study, run)


def test_a_run_that_its_search_decides_is_compared_with_what_it_found(
    write_study, plan_of, study, write_result, write_search
):
    plan = plan_of(write_study(SEARCHED))
    write_search(study, plan.searches[0])
    write_result(study, plan.runs[0])
    with pytest.raises(CallError, match=r"training\.optimizer sgd, there adam"):
        stage_of_run(study, plan.runs[0])


def test_a_damaged_configuration_is_told_with_its_file(write_study, plan_of, study, write_result):
    run = plan_of(write_study({"model": "gru"})).runs[0]
    path = write_result(study, run)
    (path / "config.yaml").write_text("model: gru\nnothing: 1\n")
    with pytest.raises(CallError, match=r"config.yaml: unknown setting nothing"):
        stage_of_run(study, run)


def test_a_damaged_best_file_is_told(write_study, plan_of, study, write_search):
    plan = plan_of(write_study(SEARCHED))
    write_search(study, plan.searches[0])
    (study.search("gru") / "best.yaml").write_text("[]")
    study.run(plan.runs[0].name).mkdir(parents=True)
    (study.run(plan.runs[0].name) / "config.yaml").write_text("model: gru\n")
    with pytest.raises(WorkError, match=r"best\.yaml is damaged"):
        stage_of_run(study, plan.runs[0])


def test_a_missing_table_of_trials_is_told(write_study, plan_of, study, write_search):
    plan = plan_of(write_study(SEARCHED))
    write_search(study, plan.searches[0])
    (study.search("gru") / "trials.csv").unlink()
    with pytest.raises(WorkError, match=r"trials\.csv is damaged"):
        configuration_of(study, plan.runs[0])
