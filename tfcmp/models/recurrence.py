"""Recurrent layers whose loop over time holds only what depends on the step before.

Keras multiplies the input of each step with its kernel inside the loop, and adds up the gradients
of both kernels step by step. Here the input product of all steps is one product in front of the
loop, and the gradients of the kernels are one product each behind the loop of the backward pass.
The gradient is written out from the values of the gates, which every step keeps, so that nothing is
computed twice.

    simple_rnn  h' = tanh(x + h R)                       x: product of input and kernel, plus bias
    gru         z, r = sigmoid(x + h R), n = tanh(x + r (h R + b)), h' = z h + (1 - z) n
    lstm        i, f, o = sigmoid(x + h R), g = tanh(x + h R), c' = f c + i g, h' = o tanh(c')

Sources: Elman 1990; Cho et al. 2014, with the reset gate behind the product as cuDNN has it;
Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000. The layers are those of
Keras: the same configuration, the same names of weights, the same values up to rounding. Where
Keras has something better (a GPU with cuDNN) or this has nothing (masks, initial states, dropout
inside the recurrence, other activations) they do what Keras does.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

Tensors = list[tf.Tensor]
Step = Callable[[Tensors, Tensors], tuple[Tensors, Tensors]]
Gradient = Callable[[tf.Tensor], tuple[tf.Tensor, ...]]
States = Callable[[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor]

# Gradients of element-wise functions in one pass over memory: from the value, not from its input.
sigmoid_gradient = tf.raw_ops.SigmoidGrad
tanh_gradient = tf.raw_ops.TanhGrad


def over_time(
    step: Step,
    inputs: Sequence[tf.Tensor | tf.TensorArray],
    state: Sequence[tf.Tensor],
    channels: Sequence[int],
    *,
    is_reversed: bool = False,
) -> list[tf.TensorArray]:
    """Calls `step` for every time step and keeps what it returns.

    Args:
        step: (inputs of the step, state) to (new state, kept tensors).
        inputs: tensors (length, rows, any), or the arrays of an earlier call; a step gets the
            slices (rows, any) of its time.
        state: in front of the first step, tensors (rows, units).
        channels: of each tensor (rows, channels) that a step keeps.
        is_reversed: from the last step to the first.

    Returns:
        An array of the kept tensors each, in the order of time. Not stacked: what only the backward
        pass reads, step by step, is never copied.
    """
    readable = [
        value
        if isinstance(value, tf.TensorArray)
        else tf.TensorArray(value.dtype, tf.shape(value)[0]).unstack(value)
        for value in inputs
    ]
    length = readable[0].size()
    dtype = readable[0].dtype
    written = [tf.TensorArray(dtype, length, element_shape=[None, size]) for size in channels]

    def body(
        time: tf.Tensor, state: Tensors, arrays: list[tf.TensorArray]
    ) -> tuple[tf.Tensor, Tensors, list[tf.TensorArray]]:
        state, kept = step([array.read(time) for array in readable], state)
        arrays = [array.write(time, value) for array, value in zip(arrays, kept, strict=True)]
        return time + (-1 if is_reversed else 1), state, arrays

    start = length - 1 if is_reversed else tf.constant(0)
    final: tuple[tf.Tensor, Tensors, list[tf.TensorArray]] = tf.while_loop(
        lambda time, *_: time >= 0 if is_reversed else time < length,
        body,
        (start, list(state), written),
    )
    return final[2]


def product(steps: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor | None = None) -> tf.Tensor:
    """(length, rows, channels) times a kernel (channels, units): one product for all steps."""
    flat = tf.matmul(tf.reshape(steps, [-1, kernel.shape[0]]), kernel)
    if bias is not None:
        flat = tf.nn.bias_add(flat, bias)
    shape = tf.shape(steps)
    return tf.reshape(flat, [shape[0], shape[1], kernel.shape[1]])


def input_gradient(gradient: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """Gradient of `steps` in `product`."""
    return product(gradient, tf.transpose(kernel))


def kernel_gradient(steps: tf.Tensor, gradient: tf.Tensor) -> tf.Tensor:
    """Gradient of `kernel` in `product`, summed over all steps and rows."""
    flat, of_flat = (tf.reshape(tensor, [-1, tensor.shape[-1]]) for tensor in (steps, gradient))
    return tf.matmul(flat, of_flat, transpose_a=True)


def bias_gradient(gradient: tf.Tensor) -> tf.Tensor:
    """Gradient of `bias` in `product`."""
    return tf.reduce_sum(tf.reshape(gradient, [-1, gradient.shape[-1]]), axis=0)


def states_before(states: tf.Tensor) -> tf.Tensor:
    """The state in front of each step (length, rows, units); in front of the first, zeros."""
    return tf.concat([tf.zeros_like(states[:1]), states[:-1]], axis=0)


def first_state(steps: tf.Tensor, recurrent: tf.Tensor) -> tf.Tensor:
    """Zeros (rows, units)."""
    return tf.zeros([tf.shape(steps)[1], recurrent.shape[0]], steps.dtype)


def simple_rnn_states(
    steps: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor
) -> tf.Tensor:
    """States (length, rows, units)."""

    def step(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
        state = tf.tanh(inputs[0] + tf.matmul(state[0], recurrent))
        return [state], [state]

    first = first_state(steps, recurrent)
    (states,) = over_time(step, [product(steps, kernel, bias)], [first], [recurrent.shape[0]])
    return states.stack()


@tf.custom_gradient
def trainable_simple_rnn(
    steps: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor
) -> tuple[tf.Tensor, Gradient]:
    """`simple_rnn_states` with its gradient."""
    states = simple_rnn_states(steps, kernel, recurrent, bias)

    def gradient(of_states: tf.Tensor) -> tuple[tf.Tensor, ...]:
        transposed = tf.transpose(recurrent)

        def step(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
            of_state, value = inputs
            of_sum = tanh_gradient(y=value, dy=of_state + state[0])
            return [tf.matmul(of_sum, transposed)], [of_sum]

        first = first_state(steps, recurrent)
        sizes = [recurrent.shape[0]]
        (of_sum,) = over_time(step, [of_states, states], [first], sizes, is_reversed=True)
        of_sum = of_sum.stack()
        return (
            input_gradient(of_sum, kernel),
            kernel_gradient(steps, of_sum),
            kernel_gradient(states_before(states), of_sum),
            bias_gradient(of_sum),
        )

    return states, gradient


def gru_values(
    steps: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor, *, keeps_gates: bool
) -> list[tf.TensorArray]:
    """States, and for the gradient z, r, n, the product inside n, and the states before.

    Bias (2, 3 * units): of the input, and of the recurrent product.
    """
    units = recurrent.shape[0]
    of_gates, of_n = tf.split(kernel, [2 * units, units], axis=1)
    recurrent_gates, recurrent_n = tf.split(recurrent, [2 * units, units], axis=1)
    bias_gates, bias_n = tf.split(bias, [2 * units, units], axis=1)
    inputs = [
        product(steps, of_gates, bias_gates[0] + bias_gates[1]),
        product(steps, of_n, bias_n[0]),
    ]

    def step(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
        (before,) = state
        z, r = tf.split(tf.sigmoid(inputs[0] + tf.matmul(before, recurrent_gates)), 2, axis=1)
        p = tf.nn.bias_add(tf.matmul(before, recurrent_n), bias_n[1])
        n = tf.tanh(inputs[1] + r * p)
        h = n + z * (before - n)
        return [h], [h, z, r, n, p, before] if keeps_gates else [h]

    sizes = [units] * (6 if keeps_gates else 1)
    return over_time(step, inputs, [first_state(steps, recurrent)], sizes)


@tf.custom_gradient
def trainable_gru(
    steps: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor
) -> tuple[tf.Tensor, Gradient]:
    """The states of `gru_values` with their gradient."""
    states, *gates = gru_values(steps, kernel, recurrent, bias, keeps_gates=True)
    states = states.stack()

    def gradient(of_states: tf.Tensor) -> tuple[tf.Tensor, ...]:
        units = recurrent.shape[0]
        recurrent_gates, recurrent_n = tf.split(tf.transpose(recurrent), [2 * units, units])

        def step(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
            of_h, z, r, n, p, before = inputs
            of_h += state[0]
            straight = of_h * z
            of_n = tanh_gradient(y=n, dy=of_h - straight)
            of_z = sigmoid_gradient(y=z, dy=of_h * (before - n))
            of_gates = tf.concat([of_z, sigmoid_gradient(y=r, dy=of_n * p)], axis=1)
            of_p = of_n * r
            through = tf.matmul(of_gates, recurrent_gates) + tf.matmul(of_p, recurrent_n)
            return [straight + through], [of_gates, of_n, of_p]

        of_gates, of_n, of_p = over_time(
            step,
            [of_states, *gates],
            [first_state(steps, recurrent)],
            [2 * units, units, units],
            is_reversed=True,
        )
        of_gates, of_n, of_p = of_gates.stack(), of_n.stack(), of_p.stack()
        before = states_before(states)
        kernel_gates, kernel_n = tf.split(kernel, [2 * units, units], axis=1)
        of_bias = bias_gradient(of_gates)
        return (
            input_gradient(of_gates, kernel_gates) + input_gradient(of_n, kernel_n),
            tf.concat([kernel_gradient(steps, of_gates), kernel_gradient(steps, of_n)], axis=1),
            tf.concat([kernel_gradient(before, of_gates), kernel_gradient(before, of_p)], axis=1),
            tf.stack(
                [
                    tf.concat([of_bias, bias_gradient(of_n)], axis=0),
                    tf.concat([of_bias, bias_gradient(of_p)], axis=0),
                ]
            ),
        )

    return states, gradient


def lstm_values(
    steps: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor, *, keeps_gates: bool
) -> list[tf.TensorArray]:
    """States, and for the gradient i, f, g, o, tanh(c') and c."""

    def step(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
        h, before = state
        i, f, g, o = tf.split(inputs[0] + tf.matmul(h, recurrent), 4, axis=1)
        i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
        c = f * before + i * g
        squashed = tf.tanh(c)
        h = o * squashed
        return [h, c], [h, i, f, g, o, squashed, before] if keeps_gates else [h]

    first = first_state(steps, recurrent)
    sizes = [recurrent.shape[0]] * (7 if keeps_gates else 1)
    return over_time(step, [product(steps, kernel, bias)], [first, first], sizes)


@tf.custom_gradient
def trainable_lstm(
    steps: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor
) -> tuple[tf.Tensor, Gradient]:
    """The states of `lstm_values` with their gradient."""
    states, *gates = lstm_values(steps, kernel, recurrent, bias, keeps_gates=True)
    states = states.stack()

    def gradient(of_states: tf.Tensor) -> tuple[tf.Tensor, ...]:
        transposed = tf.transpose(recurrent)

        def step(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
            of_h, i, f, g, o, squashed, before = inputs
            of_h += state[0]
            of_c = state[1] + tanh_gradient(y=squashed, dy=of_h * o)
            parts = [
                sigmoid_gradient(y=i, dy=of_c * g),
                sigmoid_gradient(y=f, dy=of_c * before),
                tanh_gradient(y=g, dy=of_c * i),
                sigmoid_gradient(y=o, dy=of_h * squashed),
            ]
            of_sum = tf.concat(parts, axis=1)
            return [tf.matmul(of_sum, transposed), of_c * f], [of_sum]

        first = first_state(steps, recurrent)
        sizes = [recurrent.shape[1]]
        (of_sum,) = over_time(step, [of_states, *gates], [first, first], sizes, is_reversed=True)
        of_sum = of_sum.stack()
        return (
            input_gradient(of_sum, kernel),
            kernel_gradient(steps, of_sum),
            kernel_gradient(states_before(states), of_sum),
            bias_gradient(of_sum),
        )

    return states, gradient


def can_hoist(layer: keras.layers.RNN, mask: Any, initial_state: Any) -> bool:
    """Whether this module computes what the layer is configured for, and faster than Keras."""
    is_plain = not (
        layer.stateful
        or layer.go_backwards
        or layer.return_state
        or layer.unroll
        or layer.dropout
        or layer.recurrent_dropout
    )
    gate = getattr(layer, "recurrent_activation", keras.activations.sigmoid)
    is_standard = (
        layer.use_bias
        and layer.activation is keras.activations.tanh
        and gate is keras.activations.sigmoid
        and getattr(layer, "reset_after", True)
    )
    has_gpu = bool(tf.config.list_logical_devices("GPU"))
    return is_plain and is_standard and mask is None and initial_state is None and not has_gpu


def states_of(
    layer: keras.layers.RNN, sequences: tf.Tensor, training: bool, plain: States, trainable: States
) -> tf.Tensor:
    """What the layer gives for sequences (batch, length, channels).

    Args:
        layer: with the weights.
        sequences: of any length above 0.
        training: False leaves the gradient to TensorFlow: a SavedModel cannot hold one of ours.
        plain: (steps, kernel, recurrent kernel, bias) to states, length first.
        trainable: the same with a gradient of its own.
    """
    cell = layer.cell
    weights = [tf.convert_to_tensor(w) for w in (cell.kernel, cell.recurrent_kernel, cell.bias)]
    steps = tf.transpose(sequences, [1, 0, 2])
    states = (trainable if training else plain)(steps, *weights)
    return tf.transpose(states, [1, 0, 2]) if layer.return_sequences else states[-1]


@keras.saving.register_keras_serializable("tfcmp")
class SimpleRNN(keras.layers.SimpleRNN):
    """`keras.layers.SimpleRNN`, faster on a CPU."""

    def call(
        self,
        sequences: tf.Tensor,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
    ) -> Any:
        """(batch, length, channels) to (batch, length, units), or to the last state."""
        if not can_hoist(self, mask, initial_state):
            return super().call(sequences, initial_state, mask, training)
        return states_of(self, sequences, training, simple_rnn_states, trainable_simple_rnn)


@keras.saving.register_keras_serializable("tfcmp")
class GRU(keras.layers.GRU):
    """`keras.layers.GRU`, faster on a CPU."""

    def call(
        self,
        sequences: tf.Tensor,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
    ) -> Any:
        """(batch, length, channels) to (batch, length, units), or to the last state."""
        if not can_hoist(self, mask, initial_state):
            return super().call(sequences, initial_state, mask, training)

        def plain(*arguments: tf.Tensor) -> tf.Tensor:
            return gru_values(*arguments, keeps_gates=False)[0].stack()

        return states_of(self, sequences, training, plain, trainable_gru)


@keras.saving.register_keras_serializable("tfcmp")
class LSTM(keras.layers.LSTM):
    """`keras.layers.LSTM`, faster on a CPU."""

    def call(
        self,
        sequences: tf.Tensor,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
    ) -> Any:
        """(batch, length, channels) to (batch, length, units), or to the last state."""
        if not can_hoist(self, mask, initial_state):
            return super().call(sequences, initial_state, mask, training)

        def plain(*arguments: tf.Tensor) -> tf.Tensor:
            return lstm_values(*arguments, keeps_gates=False)[0].stack()

        return states_of(self, sequences, training, plain, trainable_lstm)
