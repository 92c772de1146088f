import json
import shutil

import pyarrow
import pyarrow.parquet
import pytest

from tfcmp.diagnostics.temperature import calibrate
from tfcmp.errors import WorkError
from tfcmp.reporting.load.runs import read_run
from tfcmp.runs.artifacts import write_later
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import BEHAVIOUR, BENCH, MODEL, PREDICTIONS, TEMPERATURE
from tfcmp.verification.findings import differences, is_same
from tfcmp.verification.runs import verify_run
from tfcmp.verification.studies import verify_together


def told_of(path):
    """What differs in a run, when nothing was left unchecked."""
    findings = verify_run(path)
    assert all(finding.is_difference for finding in findings)
    return differences(findings)


def rewrite(path, change):
    """Applies `change` to result.json and lets all its checksums fit again."""
    run = RunDirectory(path)
    result = run.read_json("result.json")
    change(result)
    del result["files"]
    run.complete(result)


def rewrite_predictions(path, name, change):
    """Applies `change` to a column of predictions.parquet and lets all checksums fit again."""
    table = pyarrow.parquet.read_table(path / "predictions.parquet")
    place = table.schema.get_field_index(name)
    values = pyarrow.array(change(table[name].to_pylist()), table.schema.field(name).type)
    pyarrow.parquet.write_table(table.set_column(place, name, values), path / "predictions.parquet")
    rewrite(path, lambda result: None)


def rewrite_log(path, more):
    """Raises the validation accuracy of the last epoch and lets all checksums fit again."""
    file = path / "metrics.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    lines[-1]["validation_accuracy"] += more
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    rewrite(path, lambda result: None)


def test_a_sound_run_differs_in_nothing(write_run):
    assert told_of(write_run()) == []


def test_intervals_of_an_earlier_method_are_not_recomputed(write_run):
    path = write_run()

    def as_earlier(result):
        del result["interval_method"]
        result["test"]["accuracy"].update(low=0.1)

    rewrite(path, as_earlier)
    (finding,) = verify_run(path)
    assert not finding.is_difference
    assert "its intervals were computed by another method" in finding.text
    rewrite(path, lambda result: result["test"]["accuracy"].update(value=0.1))
    assert any("test.accuracy.value" in one for one in differences(verify_run(path)))


@pytest.mark.parametrize(
    "name", ["config.yaml", "model.keras", "predictions.parquet", "split.json"]
)
def test_a_file_that_was_altered_is_named(write_run, name):
    path = write_run()
    with (path / name).open("ab") as stream:
        stream.write(b"\n")
    assert f"{path}: {name}: its checksum is not the one that was recorded" in told_of(path)


def test_a_missing_file_is_named(write_run):
    path = write_run()
    (path / "model.keras").unlink()
    assert told_of(path) == [f"{path}: model.keras: missing"]


def test_an_altered_answer_is_found_though_the_checksum_fits(write_run):
    path = write_run()
    rewrite_predictions(path, "probabilities", lambda values: [*values[:-1], values[-1][::-1]])
    told = told_of(path)
    assert any("test.accuracy.value is" in one for one in told)
    assert any("test.nll.value is" in one for one in told)
    assert not any("validation." in one for one in told)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda result: result["test"]["accuracy"].update(value=0.99), "test.accuracy.value"),
        (lambda result: result["test"]["nll"].update(low=0.0), "test.nll.low"),
        (lambda result: result["validation"].pop("ece"), "validation.ece.value"),
        (lambda result: result["test"].update(extra={"value": 1.0}), "test.extra.value"),
        (lambda result: result.update(seed=9), "seed is 9, recomputed 1"),
        (lambda result: result.update(best_epoch=1), "best_epoch is 1, recomputed 2"),
        (lambda result: result.update(epochs=3), "epochs is 3, recomputed 2"),
        (lambda result: result.update(classes=["a", "b"]), "classes are not those"),
    ],
)
def test_an_altered_result_is_named(write_run, change, named):
    path = write_run()
    rewrite(path, change)
    assert any(named in told for told in told_of(path))


def test_an_altered_result_is_named_where_nothing_can_be_recomputed(write_run):
    path = write_run()
    result = json.loads((path / "result.json").read_text())
    result["parameters"]["total"] = 5
    (path / "result.json").write_text(json.dumps(result))
    assert told_of(path) == [f"{path}: result.json: its checksum is not the one that was recorded"]
    with pytest.raises(WorkError, match=r"result\.json is not as written"):
        read_run(path)


def test_a_split_of_another_size_is_named(write_run):
    path = write_run()
    split = json.loads((path / "split.json").read_text())
    split["splits"]["test"]["size"] = 199
    (path / "split.json").write_text(json.dumps(split))
    rewrite(path, lambda result: None)
    assert f"{path}: split.json: test.size is 199, predictions.parquet has 200" in told_of(path)


@pytest.mark.parametrize("content", ["[]", "{}", "nothing"])
def test_a_result_that_is_none_is_told_without_a_traceback(write_run, content):
    path = write_run()
    (path / "result.json").write_text(content)
    assert differences(verify_run(path)) != []


def test_rounding_is_no_difference():
    assert is_same(0.1 + 0.2, 0.3)
    assert not is_same(0.3, 0.3001)
    assert not is_same(None, 0.0)


def without_checksum(path):
    result = json.loads((path / "result.json").read_text())
    del result["sha256"]
    (path / "result.json").write_text(json.dumps(result))


def other_labels(path):
    rewrite_predictions(path, "label", lambda labels: [1 - label for label in labels])


def other_groups(path):
    rewrite_predictions(path, "group", lambda groups: groups[::-1])


def better_log(path):
    rewrite_log(path, 0.05)


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (without_checksum, "result.json: it has no checksum of its own"),
        (other_labels, "split.json: test.fingerprint is"),
        (other_groups, "split.json: test.groups_fingerprint is"),
        (better_log, "metrics.jsonl: the validation accuracy of epoch 2, the best one, is 0.85"),
    ],
)
def test_what_no_checksum_shows_is_found(write_run, tamper, named):
    path = write_run()
    tamper(path)
    assert any(named in told for told in told_of(path))


def test_the_log_of_a_precision_with_16_bits_may_answer_some_texts_otherwise(write_run):
    path = write_run(environment={"precision": "mixed_bfloat16"})
    rewrite_log(path, 1 / 60)
    assert told_of(path) == []
    better_log(path)
    assert any("the validation accuracy of epoch 2" in told for told in told_of(path))


def test_copies_and_names_of_other_seeds_are_found_among_runs(write_run):
    first, other = write_run("gru", 1), write_run("lstm", 1)
    assert verify_together([first, other]) == []
    copy = first.with_name("gru-seed2")
    shutil.copytree(first, copy)
    told = differences(verify_together([first, other, copy]))
    assert any("its name says seed 2, its configuration 1" in one for one in told)
    assert any("model.keras has the same checksum and all answers" in one for one in told)


def test_one_configuration_under_two_labels_is_no_copy(write_run):
    first = write_run("gru", 1)
    twin = first.with_name("tuned-seed1")
    shutil.copytree(first, twin)
    assert verify_together([first, twin]) == []


def test_a_run_with_its_later_files_as_they_were_written_has_no_difference(write_run):
    path = write_run()
    calibrate(path, "command")
    write_later(RunDirectory(path), BEHAVIOUR, {"capabilities": {}}, "command", [MODEL])
    assert differences(verify_run(path)) == []


@pytest.mark.parametrize("name", [TEMPERATURE, BEHAVIOUR, BENCH])
def test_a_changed_later_file_is_named(write_run, name):
    path = write_run()
    sources = [PREDICTIONS if name == TEMPERATURE else MODEL]
    file = write_later(RunDirectory(path), name, {"value": 1}, "command", sources)
    file.write_text(file.read_text().replace('"value": 1', '"value": 2'))
    (told,) = differences(verify_run(path))
    assert f"{name} is damaged" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda content: content["temperature"].update(value=3.0),
            "temperature is 3.0, recomputed",
        ),
        (
            lambda content: content["test"]["after"]["nll"].update(value=3.0),
            "test.after.nll is 3.0, recomputed",
        ),
    ],
)
def test_numbers_of_another_computation_are_found_out(write_run, change, told):
    path = write_run()
    content = calibrate(path, "command")
    content = json.loads(json.dumps(content))
    change(content)
    write_later(RunDirectory(path), TEMPERATURE, content, "command", [PREDICTIONS])
    assert any(told in difference for difference in differences(verify_run(path)))
