import pytest

from tfcmp.config.reading import read_settings, setting_names
from tfcmp.errors import CallError


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
        (b"seed: 2024-13-01\n", "expected YAML; "),
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
    names = list(setting_names(settings, ("training", "data"), "file"))
    assert names == ["model", "training.epochs", "training.patience", "seed"]


@pytest.mark.parametrize("value", [None, 3, "diagnostic", ["epochs"]])
def test_a_group_that_holds_no_settings_is_refused(value):
    with pytest.raises(CallError, match="--config file: data: expected its settings"):
        list(setting_names({"data": value}, ("data",), "file"))
