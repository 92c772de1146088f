import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tfcmp

TEXTS = ["good film", "", "bad bad unheard"]
WORDS = ["good", "bad", "film"]
LOAD_AND_ANSWER = f"""
import json, sys
import keras
import tensorflow
assert tfcmp
texts = tensorflow.constant({TEXTS!r})
answers = [keras.saving.load_model(file)(texts).numpy().tolist() for file in sys.argv[1:]]
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, np.ndarray]:
    """Two files that hold all layers of ours between them, and the probabilities of `TEXTS`."""
    import tensorflow as tf

    from tfcmp.config.fields import Configuration, LinearArchitecture, TransformerArchitecture
    from tfcmp.models.building import build_core, build_text_classifier
    from tfcmp.models.word_tokenizer import WordTokenizer

    tokenizer = WordTokenizer(7)
    tokenizer.set_vocabulary(WORDS)
    folder = tmp_path_factory.mktemp("models")
    answers = {}
    for configuration in (
        Configuration("bag_of_ngrams", LinearArchitecture(features=10)),
        Configuration(
            "transformer",
            TransformerArchitecture(embedding_size=6, heads=2, word_dropout=0.1),
        ),
    ):
        model = build_text_classifier(tokenizer, build_core(configuration, tokenizer, 3))
        file = folder / f"{configuration.model}.keras"
        model.save(file)
        answers[file] = model(tf.constant(TEXTS)).numpy()
    return answers


def run_python(code: str, *arguments: Path) -> str:
    """What `code` prints in a Python of its own."""
    finished = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=Path(tfcmp.__file__).parents[1],
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.splitlines()[-1]


def test_importing_tfcmp_imports_neither_tensorflow_nor_keras() -> None:
    loaded = run_python("import sys, tfcmp; print({'tensorflow', 'keras'} & set(sys.modules))")
    assert loaded == "set()"


# Each of these takes as long as TensorFlow takes to import.
@pytest.mark.parametrize(
    "imports",
    [
        pytest.param(
            "import importlib.util, tfcmp; importlib.util.find_spec('keras')",
            id="tfcmp, and keras looked for before it is imported",
        ),
        pytest.param("import tfcmp", marks=pytest.mark.slow),
        pytest.param("import keras, tfcmp", marks=pytest.mark.slow),
        pytest.param("import tfcmp, tensorflow", marks=pytest.mark.slow),
        pytest.param("import tensorflow, tfcmp", marks=pytest.mark.slow),
    ],
)
def test_saved_models_load_in_safe_mode_with_nothing_but_tfcmp_imported(
    imports: str, models: dict[Path, np.ndarray]
) -> None:
    answers = json.loads(run_python(f"{imports}\n{LOAD_AND_ANSWER}", *models))
    for answer, expected in zip(answers, models.values(), strict=True):
        np.testing.assert_allclose(answer, expected, atol=1e-6)


@pytest.mark.slow
def test_nothing_of_ours_is_left_among_the_finders_once_keras_is_there() -> None:
    code = "import tfcmp, keras, sys; print([f for f in sys.meta_path if 'Keras' in repr(f)])"
    assert run_python(code) == "[]"


@pytest.mark.slow
def test_keras_keeps_its_own_loader_for_all_but_the_registration() -> None:
    code = "import tfcmp, keras, inspect; print(len(inspect.getsource(keras)) > 0, keras.__file__)"
    assert run_python(code).startswith("True")
