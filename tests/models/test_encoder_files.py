from dataclasses import replace

import pytest

from tfcmp.config.fields import SavedModelArchitecture
from tfcmp.errors import CallError, WorkError
from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.models.encoder_files import resolve_encoder
from tfcmp.models.saved_model.trust import trusting_saved_models


def configure(model, **architecture):
    configuration = default_configuration(find_model(model))
    return replace(configuration, architecture=replace(configuration.architecture, **architecture))


@pytest.fixture
def program(tmp_path):
    """The function name -> folder that looks like a SavedModel; its program is never run."""

    def make(name):
        folder = tmp_path / name
        (folder / "variables").mkdir(parents=True)
        (folder / "saved_model.pb").write_bytes(name.encode())
        (folder / "variables" / "variables.index").write_bytes(b"index")
        (folder / "variables" / "variables.data-00000-of-00001").write_bytes(b"data")
        return folder

    return make


def test_a_model_from_scratch_has_no_files(tmp_path):
    assert resolve_encoder(configure("gru"), tmp_path) is None


def test_a_preset_is_found_with_its_checksums(tiny_preset, tmp_path):
    files = resolve_encoder(configure(f"preset:{tiny_preset('bert')}"), tmp_path)
    assert files.encoder.folder == tiny_preset("bert")
    assert {"config.json", "model.weights.h5"} <= set(files.describe()["encoder"]["files"])
    assert files.preprocessor is None
    files.check()


def test_an_altered_file_is_found(tiny_preset, tmp_path):
    import shutil

    folder = shutil.copytree(tiny_preset("bert"), tmp_path / "preset")
    files = resolve_encoder(configure(f"preset:{folder}"), tmp_path)
    config = folder / "config.json"
    config.write_text(config.read_text().replace("512", "513") + " ")
    with pytest.raises(WorkError, match=r"config.json"):
        files.check()


def test_a_saved_model_is_refused_without_trust(program, tmp_path):
    with pytest.raises(CallError, match=r"--trust-saved-model"):
        resolve_encoder(configure(f"saved_model:{program('encoder')}"), tmp_path)


def test_a_trusted_saved_model_is_found_with_its_preprocessor(program, tmp_path):
    model = f"saved_model:{program('encoder')}"
    with trusting_saved_models():
        files = resolve_encoder(
            configure(model, preprocessor=str(program("preprocessor"))), tmp_path
        )
    assert files.encoder.folder.name == "encoder"
    assert files.preprocessor.folder.name == "preprocessor"


def test_a_preprocessor_that_is_no_saved_model_is_refused(program, tmp_path):
    (tmp_path / "empty").mkdir()
    configuration = configure(
        f"saved_model:{program('encoder')}", preprocessor=str(tmp_path / "empty")
    )
    with trusting_saved_models(), pytest.raises(CallError, match=r"--architecture.preprocessor"):
        resolve_encoder(configuration, tmp_path)


def test_the_settings_of_a_saved_model_are_its_own():
    assert configure("saved_model:a/b").architecture == SavedModelArchitecture()
