"""A real study, changed as somebody would who forges no checksum: verify names file and reason."""

import csv
import json
import shutil

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
import yaml

import tfcmp
from tfcmp import verify
from tfcmp.errors import WorkError
from tfcmp.evaluation.summary import summarise
from tfcmp.reporting.load.runs import read_answers
from tfcmp.runs.artifacts import write_later
from tfcmp.runs.directory import RunDirectory
from tfcmp.search.record import read_outcomes, write_outcome
from tfcmp.verification.answers import verify_answers

pytestmark = pytest.mark.slow

LATER = ("bench.json", "explanation.json", "behaviour.json", "contrast.json", "temperature.json")


@pytest.fixture
def found(capsys):
    """The function (study, options) -> what verify prints of a study that differs."""

    def differences(study, *options):
        with pytest.raises(WorkError, match="difference") as error:
            verify.main([str(study), *options])
        assert error.value.exit_code == 1
        return capsys.readouterr().out

    return differences


def run_of(study, seed=1):
    return RunDirectory(study / "runs" / f"bag_of_ngrams-seed{seed}")


def search_of(study):
    return study / "searches" / "bag_of_ngrams"


def complete_again(run, **changes):
    """Lets all checksums of the run fit, as tfcmp itself would write them."""
    result = run.read_json("result.json")
    del result["files"]
    run.complete({**result, **changes})


def rewrite_predictions(run, name, change):
    """Applies `change` to a column of predictions.parquet and computes the result again."""
    file = run.file("predictions.parquet")
    table = pyarrow.parquet.read_table(file)
    place = table.schema.get_field_index(name)
    values = pyarrow.array(change(table[name].to_pylist()), table.schema.field(name).type)
    pyarrow.parquet.write_table(table.set_column(place, name, values), file)
    of = read_answers(file)
    metrics = {
        part: summarise(of[part].labels, of[part].probabilities, of[part].groups)
        for part in ("validation", "test")
    }
    complete_again(run, **metrics)


def edit_json(file, change):
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))


def test_a_study_as_it_was_made_agrees(untouched, capsys):
    verify.main([str(untouched)])
    told = capsys.readouterr().out
    assert told.startswith("2 runs, 1 search: all numbers and checksums agree")


def test_a_seed_that_was_removed_is_missed(study, found):
    shutil.rmtree(run_of(study, 2).path)
    told = found(study)
    assert "study.yaml asks for seed 2 of bag_of_ngrams" in told
    assert "study.json says that bag_of_ngrams-seed2 ended well" in told


def test_a_seed_that_was_removed_from_the_study_file_too_is_missed(study, found):
    shutil.rmtree(run_of(study, 2).path)
    file = study / "study.yaml"
    file.write_text(yaml.safe_dump({**yaml.safe_load(file.read_text()), "seeds": [1]}))
    assert "study.json says that bag_of_ngrams-seed2 ended well" in found(study)


def test_a_run_that_failed_is_no_difference_and_one_that_lost_its_result_is(study, found, capsys):
    state = study / "study.json"
    run_of(study, 2).file("result.json").unlink()
    assert "bag_of_ngrams-seed2 is not complete" in found(study)
    edit_json(
        state, lambda content: content["failures"].update({"bag_of_ngrams-seed2": "diverged"})
    )
    verify.main([str(study)])
    assert capsys.readouterr().out.startswith("1 run, 1 search: all numbers")


def test_a_search_that_was_removed_is_missed(study, found):
    shutil.rmtree(search_of(study))
    assert "study.yaml asks for a search for bag_of_ngrams" in found(study)


def test_a_study_file_that_says_nothing_is_named(study, found):
    (study / "study.yaml").write_text("name: a study\n")
    assert "study.yaml: unknown name 'name'" in found(study)


def test_a_run_with_other_settings_than_the_study_asks_for_is_named(study, found):
    file = study / "study.yaml"
    content = yaml.safe_load(file.read_text())
    content["settings"]["training"]["epochs"] = 3
    file.write_text(yaml.safe_dump(content))
    assert "has other settings than the study asks for: training.epochs 3, there 2" in found(study)


def rows_of(search):
    with (search / "trials.csv").open(newline="") as stream:
        return list(csv.reader(stream))


def write_rows(search, rows):
    with (search / "trials.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)


def test_a_dropped_row_of_the_trials_is_found(study, found):
    search = search_of(study)
    write_rows(search, rows_of(search)[:-1])
    assert "trials.csv: it has 2 rows, recomputed 3" in found(study)


def test_a_trial_dropped_with_its_folder_is_found_in_what_was_drawn(study, found):
    search = search_of(study)
    shutil.rmtree(search / "trials" / "0002")
    write_rows(search, rows_of(search)[:-1])
    told = found(study)
    assert "search.json: trials.done is 3, recomputed 2" in told
    assert "trial 2: it ended (oracle.json), and its outcome.json is missing" in told


def test_a_raised_score_in_the_table_is_found(study, found):
    search = search_of(study)
    rows = rows_of(search)
    rows[1][1] = "0.99"
    write_rows(search, rows)
    assert "trials.csv: line 2, score: is '0.99', recomputed" in found(study)


def test_a_score_raised_in_table_and_outcome_is_found_in_oracle_and_log(study, found):
    search = search_of(study)
    (first, *_) = read_outcomes(search)
    write_outcome(search, type(first)(**{**vars(first), "score": 0.99}))
    rows = rows_of(search)
    rows[1][1] = "0.99"
    write_rows(search, rows)
    told = found(study)
    assert "trial 0: score is 0.99 in outcome.json" in told
    assert "in oracle.json" in told
    assert "in metrics.jsonl" in told


def test_other_best_settings_are_found(study, found):
    file = search_of(study) / "best.yaml"
    content = yaml.safe_load(file.read_text())
    content["training"]["learning_rate"] = 0.5
    file.write_text(yaml.safe_dump(content))
    told = found(study)
    assert "best.yaml: training.learning_rate is 0.5, the best trial has" in told
    assert "has other settings than the study asks for" in told


def test_a_removed_checksum_of_a_result_is_missed(study, found):
    edit_json(run_of(study).file("result.json"), lambda content: content.pop("sha256"))
    assert "bag_of_ngrams-seed1: result.json: it has no checksum of its own" in found(study)


@pytest.mark.parametrize("name", LATER)
def test_a_later_file_without_checksum_or_of_another_run_is_named(study, found, name):
    run, other = run_of(study, 1), run_of(study, 2)
    sources = ["predictions.parquet" if name == "temperature.json" else "model.keras"]
    file = write_later(run, name, {"value": 1.0}, "command", sources)
    edit_json(file, lambda content: content.pop("sha256"))
    assert f"{name} is damaged" in found(study)
    file.unlink()
    made = write_later(other, name, {"value": 1.0}, "command", sources)
    made.rename(file)
    assert f"{name} was computed from another {sources[0]}" in found(study)


def test_a_bench_that_names_no_model_is_not_taken_for_one_of_the_run(study, found):
    write_later(run_of(study), "bench.json", {"value": 1.0}, "command", [])
    assert "bench.json: it does not say that it was computed from model.keras" in found(study)


def test_a_bench_beside_the_runs_needs_its_checksum(study, found):
    (study / "benches" / "gru").mkdir(parents=True)
    (study / "benches" / "gru" / "bench.json").write_text('{"latency_p90_ms": 1.0}')
    assert "bench.json is damaged: its checksum differs" in found(study)


def test_flipped_labels_are_found_though_all_checksums_fit(study, found):
    for seed in (1, 2):
        rewrite_predictions(
            run_of(study, seed),
            "label",
            lambda labels: [*labels[:-2], *(1 - n for n in labels[-2:])],
        )
    told = found(study)
    assert told.count("split.json: test.fingerprint is") == 2
    assert "labels were changed, or other texts answered" in told


def test_other_texts_are_found_though_all_checksums_fit(study, found):
    rewrite_predictions(run_of(study), "id", lambda ids: [*ids[:-1], "0123456789abcdef"])
    assert "bag_of_ngrams-seed1: split.json: test.fingerprint is" in found(study)


def shuffled(groups):
    return np.random.default_rng(0).permutation(groups).tolist()


def test_shuffled_groups_are_found_though_all_checksums_fit(study, found):
    rewrite_predictions(run_of(study), "group", shuffled)
    told = found(study)
    assert "bag_of_ngrams-seed1: split.json: test.groups_fingerprint is" in told
    assert "predictions.parquet: the same test texts are grouped in 2 ways" in told


def without_groups_fingerprint(run):
    def change(content):
        for part in content["splits"].values():
            del part["groups_fingerprint"]

    edit_json(run.file("split.json"), change)
    complete_again(run)


def test_an_older_run_is_verified_as_far_as_it_goes(study, found, capsys):
    for seed in (1, 2):
        without_groups_fingerprint(run_of(study, seed))
    verify.main([str(study)])
    told = capsys.readouterr().out
    assert told.count("not checked: ") == 2
    assert "it has no groups_fingerprint" in told
    assert "2 runs, 1 search: what was checked agrees" in told
    rewrite_predictions(run_of(study), "group", shuffled)
    assert "the same test texts are grouped in 2 ways" in found(study)


def test_a_validation_accuracy_that_the_log_has_not_is_found(study, found):
    run = run_of(study)
    best = run.read_json("result.json")["best_epoch"]
    lines = [json.loads(line) for line in run.file("metrics.jsonl").read_text().splitlines()]
    for line in lines:
        if line["event"] == "epoch" and line["epoch"] == best:
            line["validation_accuracy"] += 0.1
    run.file("metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    complete_again(run)
    told = found(study)
    assert f"metrics.jsonl: the validation accuracy of epoch {best}, the best one, is" in told


def test_a_run_copied_under_another_seed_is_found(study, found):
    shutil.rmtree(run_of(study, 2).path)
    shutil.copytree(run_of(study, 1).path, run_of(study, 2).path)
    told = found(study)
    assert "its name says seed 2, its configuration 1" in told
    assert (
        "model.keras has the same checksum and all answers to the test texts are the same" in told
    )


def test_a_copy_whose_files_all_say_another_seed_is_found_by_its_weights(study, found):
    shutil.rmtree(run_of(study, 2).path)
    shutil.copytree(run_of(study, 1).path, run_of(study, 2).path)
    copy = run_of(study, 2)
    config = copy.file("config.yaml")
    config.write_text(config.read_text().replace("seed: 1\n", "seed: 2\n", 1))
    complete_again(copy, seed=2)
    assert "bag_of_ngrams-seed2: model.keras has the same checksum" in found(study)


def test_a_saved_model_answers_as_its_predictions_say(study, capsys):
    verify.main([str(study), "--answers"])
    assert "all numbers and checksums agree" in capsys.readouterr().out


def test_predictions_of_another_model_are_found_by_its_answers(study, found):
    rewrite_predictions(
        run_of(study),
        "probabilities",
        lambda values: [value[::-1] if n % 7 == 0 else value for n, value in enumerate(values)],
    )
    told = found(study, "--answers")
    assert "seed1: predictions.parquet: model.keras answers" in told
    assert "of 200 texts otherwise" in told


def no_tensorflow(*_arguments, **_options):
    raise ModuleNotFoundError("No module named 'tensorflow'")


def test_without_weights_texts_or_tensorflow_it_is_told_what_could_not_be_checked(
    study, monkeypatch
):
    run = run_of(study)
    config = run.file("config.yaml")
    config.write_text(config.read_text().replace("source: diagnostic", "source: missing.csv"))
    complete_again(run)
    (finding,) = verify_answers(run.path)
    assert not finding.is_difference
    assert "its answers: " in finding.text
    assert "missing.csv" in finding.text
    monkeypatch.setattr(tfcmp, "load", no_tensorflow)
    (finding,) = verify_answers(run_of(study, 2).path)
    assert "its answers: No module named 'tensorflow'" in finding.text
    run.file("model.keras").unlink()
    (finding,) = verify_answers(run.path)
    assert "its answers: model.keras is not here" in finding.text
