import pytest

from tfcmp.config.class_weights import read_class_weights, resolve_class_weights
from tfcmp.config.fields import TrainingSettings
from tfcmp.errors import CallError


@pytest.mark.parametrize(
    ("name", "content", "weights"),
    [
        ("w.yaml", "neg: 1\npos: 2.5\n", {"neg": 1.0, "pos": 2.5}),
        # To YAML these names would be a boolean, a number and nothing.
        ("w.yml", "no: 1\n10: 2\nnull: 3e-1\n", {"no": 1.0, "10": 2.0, "null": 0.3}),
        ("w.json", '{\n\t"neg": 1,\n\t"pos": 0\n}', {"neg": 1.0, "pos": 0.0}),
    ],
)
def test_a_file_gives_a_weight_per_class_as_it_spells_it(tmp_path, name, content, weights):
    (tmp_path / name).write_text(content)
    assert read_class_weights(str(tmp_path / name)) == weights


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("w.yaml", "- neg\n- pos\n", "CLASS: WEIGHT"),
        ("w.yaml", "neg: 1\nneg: 2\n", "every class once"),
        ("w.yaml", "neg: much\n", "'neg'"),
        ("w.yaml", "neg: -1\n", "at least 0"),
        ("w.yaml", "neg: .nan\n", "at least 0"),
        ("w.yaml", "neg: 0\n", "above 0"),
        ("w.yaml", "neg: [1\n", "expected"),
        ("w.json", "[1, 2]", "object"),
        ("w.json", '{"neg": true}', "'neg'"),
        ("w.json", "{", "Expecting"),
    ],
)
def test_what_holds_no_weights_is_refused_with_the_file(tmp_path, name, content, told):
    (tmp_path / name).write_text(content)
    with pytest.raises(CallError, match=told) as caught:
        read_class_weights(str(tmp_path / name))
    assert name in str(caught.value)


def test_the_content_of_a_file_becomes_the_setting(tmp_path):
    (tmp_path / "w.yaml").write_text("a: 1\nb: 3\n")
    training = TrainingSettings(class_weight=str(tmp_path / "w.yaml"))
    resolve_class_weights(training)
    assert training.class_weight == {"a": 1.0, "b": 3.0}


def test_a_word_that_is_neither_choice_nor_file_is_told_the_choices():
    with pytest.raises(CallError, match=r"balanced.*no such file"):
        resolve_class_weights(TrainingSettings(class_weight="balance"))


def test_names_that_yaml_takes_for_something_else_are_to_be_quoted():
    with pytest.raises(CallError, match="expected the names of classes as text, got False"):
        resolve_class_weights(TrainingSettings(class_weight={False: 1.0, True: 2.0}))
