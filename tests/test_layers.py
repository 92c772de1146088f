import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tfcmp

PACKAGE = Path(tfcmp.__file__).parent
TEXTS = ["good film", "", "bad bad unheard"]
WORDS = ["good", "bad", "film"]
LOAD_AND_ANSWER = f"""
import json, sys
import keras
import tensorflow
texts = tensorflow.constant({TEXTS!r})
answers = [keras.saving.load_model(file)(texts).numpy().tolist() for file in sys.argv[1:]]
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory):
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


def run_python(code, *arguments):
    """What `code` prints in a Python of its own."""
    finished = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=PACKAGE.parent,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    "imports",
    [
        "import tfcmp.layers",
        pytest.param("import keras, tfcmp.layers", marks=pytest.mark.slow),
        pytest.param("import tensorflow, tfcmp.layers", marks=pytest.mark.slow),
    ],
)
def test_plain_keras_loads_saved_models_in_safe_mode_once_the_layers_are_imported(imports, models):
    answers = json.loads(run_python(f"{imports}\n{LOAD_AND_ANSWER}", *models))
    for answer, expected in zip(answers, models.values(), strict=True):
        np.testing.assert_allclose(answer, expected, atol=1e-6)


def test_every_layer_of_ours_is_registered_by_the_import():
    modules = [
        "tfcmp." + file.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")
        for file in PACKAGE.rglob("*.py")
        if "register_keras_serializable" in file.read_text()
    ]
    assert len(modules) > 5
    program = f"import sys, tfcmp.layers; print(set({modules}) - set(sys.modules))"
    assert run_python(program) == "set()"
