"""Encoders of Hugging Face, converted by KerasHub, whether they have a pooler or not."""

from typing import Any

import keras
from keras_hub.src.utils.preset_utils import load_json
from keras_hub.src.utils.transformers.preset_loader import TransformersPresetLoader
from keras_hub.src.utils.transformers.safetensor_utils import SafetensorLoader

POOLER = ("pooler.dense.weight", "pooler.dense.bias", "albert.pooler.weight", "albert.pooler.bias")


def load_encoder(folder: str, *, load_weights: bool = True, **options: Any) -> keras.Model:
    """The encoder of a folder, as `Backbone.from_preset` would make it.

    KerasHub's converter asks for the pooler, which encoders that were saved for another task do not
    have; here it is left at 0 then, for no head of ours uses it.

    Raises:
        Exception: whatever safetensors or KerasHub raise on a file that is damaged or missing.
    """
    loader = TransformersPresetLoader(folder, load_json(folder))
    encoder = loader.load_backbone(loader.check_backbone_class(), False, **options)
    if load_weights:
        with _Tensors(folder) as tensors:
            loader.converter.convert_weights(encoder, tensors, loader.config)
    return encoder


class _Tensors(SafetensorLoader):
    """The tensors of a folder; the pooler's are left out where it has none."""

    def port_weight(
        self, keras_variable: keras.Variable, hf_weight_key: str, hook_fn: Any = None
    ) -> None:
        if hf_weight_key in POOLER and not self._has(hf_weight_key):
            return
        super().port_weight(keras_variable, hf_weight_key, hook_fn)

    def _has(self, name: str) -> bool:
        # The pooler is asked for last: by then a file has been opened, or an index lists the names.
        if self.safetensor_config is not None:
            names = self.safetensor_config["weight_map"]
        else:
            names = next(iter(self.safetensor_files.values())).keys()
        return any(known == name or known.endswith(f".{name}") for known in names)
