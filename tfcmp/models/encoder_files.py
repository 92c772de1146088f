"""The files that a pretrained model is made of, found or fetched before TensorFlow is imported."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tfcmp.config.fields import Configuration, SavedModelArchitecture
from tfcmp.models.catalogue import find_model
from tfcmp.models.saved_model.trust import fingerprint, require_trust

if TYPE_CHECKING:
    from tfcmp.models.presets.cache import Weights

PREPROCESSOR = "--architecture.preprocessor"


class EncoderFiles(NamedTuple):
    """Weights of an encoder and, for some SavedModels, of its separate preprocessor."""

    encoder: "Weights"
    preprocessor: "Weights | None" = None

    def check(self) -> None:
        """Holds every file against its checksum.

        Raises:
            WorkError: a file is missing, truncated or altered.
        """
        for weights in filter(None, self):
            weights.check()

    def describe(self) -> dict[str, dict[str, Any] | None]:
        """Where the files come from and their checksums, for environment.json."""
        return {
            "encoder": self.encoder.describe(),
            "preprocessor": self.preprocessor.describe() if self.preprocessor else None,
        }


def resolve_encoder(configuration: Configuration, cache: Path) -> EncoderFiles | None:
    """The files of a pretrained model, fetched where they are missing; None for other models.

    Raises:
        CallError: what is named is no text encoder, or a SavedModel that is not trusted.
        WorkError: the files are not at hand and cannot be fetched.
    """
    record = find_model(configuration.model)
    if not record.preset:
        return None
    from tfcmp.models.presets.checks import check_text_encoder
    from tfcmp.models.presets.fetching import resolve_place, resolve_weights

    encoder = resolve_weights(configuration.model, cache)
    architecture = configuration.architecture
    if not isinstance(architecture, SavedModelArchitecture):
        check_text_encoder(encoder, "--model")
        return EncoderFiles(encoder)
    _check_program(encoder, "--model")
    if architecture.preprocessor is None:
        return EncoderFiles(encoder)
    preprocessor = resolve_place(architecture.preprocessor, PREPROCESSOR, cache)
    _check_program(preprocessor, PREPROCESSOR)
    return EncoderFiles(encoder, preprocessor)


def _check_program(weights: "Weights", option: str) -> None:
    from tfcmp.models.presets.checks import check_saved_model

    check_saved_model(weights, option)
    require_trust(weights.source, fingerprint(weights.folder))
