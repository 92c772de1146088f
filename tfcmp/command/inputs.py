"""What a command needs before it begins: the texts, the pretrained weights, a folder to keep them."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfcmp.command.quiet import import_tensorflow
from tfcmp.config.default_paths import absolute_path, is_file_source
from tfcmp.config.fields import Configuration, DataSettings
from tfcmp.data.sources.opening import require_source
from tfcmp.errors import CallError
from tfcmp.models.encoder_files import resolve_encoder
from tfcmp.models.saved_model.trust import trusting_saved_models
from tfcmp.runs.directory import RunDirectory, open_run
from tfcmp.runs.files import make_folder
from tfcmp.runs.layout import CONFIG

if TYPE_CHECKING:
    from argparse import Namespace


def require_inputs(configuration: Configuration, cache: Path, trust: bool) -> None:
    """Finds or fetches the texts and the pretrained weights.

    Raises:
        CallError, WorkError: see `require_source` and `resolve_encoder`.
    """
    if configuration.init_from is not None:
        open_run(Path(configuration.init_from))
    require_texts(configuration.data)
    require_encoder(configuration, cache, trust)


def require_texts(data: DataSettings) -> None:
    """Finds or fetches the texts.

    Raises:
        CallError, WorkError: see `require_source`.
    """
    if data.source.startswith("tfds:"):
        # TFDS imports TensorFlow by itself, and not in silence.
        import_tensorflow()
    try:
        require_source(data)
    except CallError as error:
        if not is_file_source(data.source) or Path(data.source).exists():
            raise
        raise CallError(f"--data: {str(error).rstrip('.')} (--data PATH names its place)") from None


def require_encoder(configuration: Configuration, cache: Path, trust: bool) -> None:
    """Finds or fetches the pretrained weights, where the model has some.

    Raises:
        CallError, WorkError: see `resolve_encoder`.
    """
    with trusting_saved_models(trust):
        resolve_encoder(configuration, cache)


def arguments_of(
    run: RunDirectory, data: str | None = None, environment: Mapping[str, Any] | None = None
) -> list[str]:
    """The options by which the settings of a run or a search are taken once more.

    Args:
        run: its directory.
        data: where its texts lie now (`--data`); None where they were.
        environment: see `tfcmp.data.run_texts.data_settings`.
    """
    # Imported here: --help needs none of it.
    from tfcmp.data.run_texts import data_settings, moved_to

    settings = data_settings(run, environment)
    if data is not None:
        settings = moved_to(settings, data)
    arguments = ["--config", str(run.file(CONFIG)), "--data", settings.source]
    for name in ("validation", "test"):
        file = getattr(settings, name)
        arguments += [f"--data.{name}", file] if file is not None else []
    return arguments


def cache_folder(options: "Namespace") -> Path:
    """The folder of `--cache`, made where it is not there yet.

    Raises:
        CallError: a file is in its way.
    """
    try:
        cache = absolute_path(options.cache)
    except CallError as error:
        raise CallError(f"--cache: {error}") from None
    make_folder(cache, "--cache")
    return cache
