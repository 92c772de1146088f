from dataclasses import replace

import pytest
import yaml

from tfcmp.config.file import flat_settings, read_settings, write_configuration
from tfcmp.errors import CallError
from tfcmp.models.catalogue import default_configuration, find_model


def refusal(path):
    with pytest.raises(CallError) as refused:
        read_settings(str(path))
    message = str(refused.value)
    assert message.startswith(f"--config {path}: ")
    assert "\n" not in message
    return message


def test_settings_are_given_by_name(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_text("model: gru\ntraining:\n  epochs: 3\n")
    assert read_settings(str(path)) == {"model": "gru", "training": {"epochs": 3}}


def test_a_missing_file_is_refused(tmp_path):
    assert "no such file" in refusal(tmp_path / "missing.yaml")


def test_a_folder_is_refused(tmp_path):
    assert "expected a file" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"- a\n- b\n", r"expected settings (name: value), got ['a', 'b']"),
        (b"", "expected settings (name: value), got None"),
        (b"a: [1\nb: }", "expected YAML; "),
        (b"seed: 1\nmodel: gru\nseed: 2\n", "line 3: seed comes twice"),
        (b"training:\n  epochs: 1\ntraining:\n  batch_size: 8\n", "line 3: training comes twice"),
        (b"training:\n  epochs: 1\n  epochs: 2\n", "line 3: epochs comes twice"),
        (b"training: {epochs: 010}\n", "line 1: 010 is no plain number"),
        (b"training: {batch_size: 1:30}\n", "line 1: 1:30 is no plain number"),
        (b"seed: 1_0\n", "line 1: 1_0 is no plain number"),
        (b"model: gru # \xff", "expected UTF-8, got other bytes at byte 14"),
        (b"model: [gru]\n", "model: expected a name, got ['gru']"),
        (b"model: 3\n", "model: expected a name, got 3"),
        (b"model: !!python/object/apply:os.getcwd []\n", "expected YAML; "),
    ],
)
def test_a_file_that_holds_no_settings_is_refused(tmp_path, content, told):
    path = tmp_path / "settings.yaml"
    path.write_bytes(content)
    assert told in refusal(path)


def test_names_of_groups_are_dotted():
    settings = {"model": "gru", "training": {"epochs": 3, "patience": 1}, "seed": {"a": 1}}
    assert list(flat_settings(settings, {"training", "data"})) == [
        ("model", "gru"),
        ("training.epochs", 3),
        ("training.patience", 1),
        ("seed", {"a": 1}),
    ]


@pytest.mark.parametrize("value", [None, 3, "diagnostic", ["epochs"]])
def test_a_group_that_holds_no_settings_is_refused(value):
    with pytest.raises(CallError, match="data: expected its settings"):
        list(flat_settings({"data": value}, {"data"}))


def test_yaml_is_read_without_its_traps(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_bytes(
        b"\xef\xbb\xbfseed: &n 7\ntraining: {learning_rate: 1e-3, epochs: *n}\nd: '010'\ne: 2024-01-01"
    )
    training = {"learning_rate": 0.001, "epochs": 7}
    assert read_settings(str(path)) == {
        "seed": 7,
        "training": training,
        "d": "010",
        "e": "2024-01-01",
    }


def test_what_is_merged_into_a_group_may_be_named_in_it(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_text("data: &d {max_length: 9}\ntraining: {<<: *d, max_length: 3}\n")
    assert read_settings(str(path))["training"] == {"max_length": 3}


def test_a_file_that_unfolds_without_end_gives_a_short_message(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 6)]
    path = tmp_path / "settings.yaml"
    path.write_text("\n".join([*lines, "model: *a5"]))
    assert len(refusal(path)) < 500 + len(str(path))


@pytest.fixture
def configuration():
    return default_configuration(find_model("gru"))


def test_every_setting_is_written_in_the_order_of_the_fields(tmp_path, configuration):
    write_configuration(tmp_path / "config.yaml", configuration)
    written = yaml.safe_load((tmp_path / "config.yaml").read_text())
    assert list(written)[:3] == ["model", "architecture", "seed"]
    assert list(written["training"])[:2] == ["optimizer", "learning_rate"]
    assert written["training"]["clip_norm"] == 1.0
    assert written["threads"] is None


def test_letters_beyond_ascii_stay_readable(tmp_path, configuration):
    data = replace(configuration.data, source="критика.csv")
    write_configuration(tmp_path / "config.yaml", replace(configuration, data=data))
    assert "source: критика.csv" in (tmp_path / "config.yaml").read_text(encoding="utf-8")
