"""A SavedModel text encoder as a layer that trains."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tfcmp.errors import CallError
from tfcmp.models.saved_model.program import (
    ProgramLayer,
    answering,
    concrete_functions,
    first_input,
    function_of,
    takes_texts,
)

BERT_INPUTS = {"input_word_ids", "input_mask", "input_type_ids"}
OUTPUTS = ("sequence_output", "pooled_output", "default")


@keras.saving.register_keras_serializable("tfcmp")
class SavedModelEncoder(ProgramLayer, keras.layers.Layer):
    """Ids or texts to a state per token or a vector per text, by the program of a SavedModel.

    It computes in the types it was saved with, whatever the precision policy. Its trainable
    variables are weights of the layer.

    Args:
        source: where the SavedModel comes from.
        takes_texts: whether it takes texts (batch,) of strings; else ids (batch, length) int32.
        padding_id: id that pads the end of a text.
        output_rank: 3 for a state per token, 2 for a vector per text.
        channels: of a state or vector.
    """

    def __init__(
        self,
        source: str,
        takes_texts: bool,
        padding_id: int,
        output_rank: int,
        channels: int,
        **options: Any,
    ) -> None:
        super().__init__(**{"dtype": "float32", **options})
        self.source = source
        self.takes_texts = takes_texts
        self.padding_id = padding_id
        self.output_rank = output_rank
        self.channels = channels
        self.built = True
        self._stashed: list[np.ndarray] | None = None

    @classmethod
    def from_folder(
        cls, folder: Path, source: str, padding_id: int, **options: Any
    ) -> "SavedModelEncoder":
        """The layer of the SavedModel in `folder`.

        Raises:
            CallError: SavedModels are not trusted here, or it is no text encoder.
        """
        layer = cls(source, False, padding_id, 2, 1, **options)
        layer.open_program(folder)
        layer.takes_texts = _takes_texts(layer.program, source)
        sample = tf.constant(["a"]) if layer.takes_texts else tf.fill([1, 3], padding_id + 1)
        with answering(source, "one short text"):
            output = layer.call(sample)
        layer.output_rank, layer.channels = output.shape.rank, output.shape[-1]
        if layer.output_rank not in (2, 3) or not output.dtype.is_floating:
            raise CallError(
                f"{source}: expected numbers (batch, channels) or (batch, length, channels), got "
                f"{output.dtype.name} {tuple(output.shape)}"
            )
        return layer

    def require_form(self, length: int | None, *, is_trained: bool) -> None:
        """Asks once what training is going to ask time and again.

        Args:
            length: of the longest text in ids; None where it takes texts.
            is_trained: whether its weights are to be trained.

        Raises:
            CallError: it has no answer, with the setting that would do.
        """
        if is_trained:
            short = tf.constant(["a"]) if self.takes_texts else tf.fill([1, 3], self.padding_id + 1)
            with answering(self.source, "expected the form that trains, or --architecture.freeze"):
                self.call(short, training=True)
        if length is not None and not self.takes_texts:
            with answering(self.source, f"--data.max_length {length}"):
                self.call(tf.fill([1, length], self.padding_id + 1))

    def open_program(self, folder: Path) -> None:
        """Loads the SavedModel and makes its variables weights of this layer."""
        super().open_program(folder)
        # On a reload Keras has locked the layer's weights by now.
        self._tracker.unlock()
        for variable in _variables(function_of(self.program, self.source)):
            self._track_variable(_adopted(variable))
        self._tracker.lock()

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Texts (batch,) or ids (batch, length) to (batch, channels) or (batch, length, channels)."""
        function = function_of(self.program, self.source)
        named = {}
        if not self.takes_texts:
            inputs = self._bert_inputs(inputs)
        if "training" in _arguments(function):
            named["training"] = bool(training and self.trainable)
        if hasattr(function, "structured_input_signature") and not self.takes_texts:
            return _choose_output(function(**inputs, **named), self.source)
        return _choose_output(function(inputs, **named), self.source)

    def _bert_inputs(self, ids: tf.Tensor) -> dict[str, tf.Tensor]:
        """Word ids, mask and types of texts that are one segment each, number 0."""
        is_token = tf.not_equal(ids, self.padding_id)
        return {
            "input_word_ids": ids,
            "input_mask": tf.cast(is_token, tf.int32),
            "input_type_ids": tf.zeros_like(ids),
        }

    def compute_output_spec(self, inputs: tf.Tensor, **_options: Any) -> keras.KerasTensor:
        """Shape and dtype of `call`, from the configuration: nothing runs."""
        length = [inputs.shape[1]] if self.output_rank == 3 else []
        return keras.KerasTensor((inputs.shape[0], *length, self.channels), dtype="float32")

    def save_own_variables(self, store: Any) -> None:
        """The variables as they are now; those in the SavedModel's files are the old ones."""
        for number, variable in enumerate(self.weights):
            store[str(number)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Keeps the values until `load_assets`, which Keras calls next, has made the variables."""
        self._stashed = [np.array(store[str(number)]) for number in range(len(store.keys()))]

    def load_assets(self, dir_path: str) -> None:
        """Loads the program and gives its variables their values."""
        super().load_assets(dir_path)
        for variable, value in zip(self.weights, self._stashed or [], strict=True):
            variable.assign(value)
        self._stashed = None

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        names = ("takes_texts", "padding_id", "output_rank", "channels")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _takes_texts(program: Any, source: str) -> bool:
    function = function_of(program, source)
    taken = first_input(function)
    if takes_texts(function):
        return True
    if isinstance(taken, Mapping) and set(taken) >= BERT_INPUTS:
        return False
    raise CallError(
        f"{source}: expected an encoder that takes texts, or {', '.join(sorted(BERT_INPUTS))}; "
        f"this one takes {taken}"
    )


def _arguments(function: Any) -> tuple[str, ...]:
    """Names of a restored function's arguments; of a signature none but its inputs."""
    specification = getattr(function, "function_spec", None)
    return tuple(specification.arg_names) if specification is not None else ()


def _variables(function: Any) -> Iterator[tf.Variable]:
    """Variables that a function's traces use, each once, in a lasting order."""
    found: dict[int, tf.Variable] = {}
    for concrete in concrete_functions(function):
        for variable in concrete.variables:
            found[id(variable)] = variable
    return iter(sorted(found.values(), key=lambda variable: variable.name))


def _adopted(variable: tf.Variable) -> keras.Variable:
    """A Keras variable around the SavedModel's own: both are the same place in memory."""
    # The last part alone: a bias is known by it, and a name must not hold a slash.
    name = variable.name.split(":")[0].rsplit("/", 1)[-1]
    return keras.Variable(
        variable, dtype=variable.dtype.name, trainable=variable.trainable, name=name
    )


def _choose_output(outputs: Any, source: str) -> tf.Tensor:
    if isinstance(outputs, Mapping):
        for name in OUTPUTS:
            if name in outputs:
                return outputs[name]
        if len(outputs) == 1:
            return next(iter(outputs.values()))
        raise CallError(
            f"{source}: expected one of the outputs {', '.join(OUTPUTS)}, got {', '.join(outputs)}"
        )
    if not tf.is_tensor(outputs):
        raise CallError(
            f"{source}: expected a tensor or named tensors, got {type(outputs).__name__}"
        )
    return outputs
