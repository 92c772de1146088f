"""Recurrent layers whose loop over time holds only what depends on the step before.

Keras multiplies the input of each step with its kernel inside the loop, and adds up the gradients
of both kernels step by step. Here the input product of all steps is one product in front of the
loop, and the gradients of the kernels are one product each behind the loop of the backward pass.
What a step keeps for the gradient is the values of its gates; the gradient is written out by hand,
so that nothing is computed twice and no step adds to a sum as large as a kernel.

    simple_rnn  h' = tanh(x + h R)                                   x is the input product and bias
    gru         z, r = sigmoid(x + h R), n = tanh(x + r (h R + c)), h' = z h + (1 - z) n
    lstm        i, f, o = sigmoid(x + h R), g = tanh(x + h R), c' = f c + i g, h' = o tanh(c')

(Elman 1990; Cho et al. 2014 with the reset gate behind the product, as cuDNN has it; Hochreiter &
Schmidhuber 1997 with the forget gate of Gers et al. 2000.) The layers are those of Keras: the same
names of weights, the same configuration, the same values up to rounding. Where Keras has something
better (a GPU with cuDNN) or this has nothing (masks, initial states, dropout inside the recurrence)
they do what Keras does. `benchmarks/recurrent_layers.py` compares both.
"""

from collections.abc import Callable, Sequence

import keras
import tensorflow as tf

Tensor = tf.Tensor
# How an element-wise gradient is written in one pass: from the function's value and what comes in.
sigmoid_gradient = tf.raw_ops.SigmoidGrad
tanh_gradient = tf.raw_ops.TanhGrad


def over_time(
    step: Callable, inputs: Sequence[Tensor], state: Sequence[Tensor], kept: int, *, reverse=False
) -> list[Tensor]:
    """Calls `step` for every time step and stacks what it keeps.

    Args:
        step: (inputs of a step, state) to (new state, kept tensors).
        inputs: tensors (length, rows, channels), each read by its step.
        state: the first state, tensors (rows, channels).
        kept: how many tensors a step keeps.
        reverse: from the last step to the first.

    Returns:
        The kept tensors, (length, rows, channels) each, in the order of time.
    """
    length = tf.shape(inputs[0])[0]
    arrays = [_readable(tensor) for tensor in inputs]
    outputs = [tf.TensorArray(state[0].dtype, size=length) for _ in range(kept)]

    def body(t, state, outputs):
        new_state, values = step([array.read(t) for array in arrays], state)
        outputs = [array.write(t, value) for array, value in zip(outputs, values, strict=True)]
        return t + (-1 if reverse else 1), new_state, outputs

    first = length - 1 if reverse else 0
    _, _, outputs = tf.while_loop(
        lambda t, *_: t >= 0 if reverse else t < length,
        body,
        (first, list(state), outputs),
        maximum_iterations=length,
    )
    return [array.stack() for array in outputs]


def _readable(tensor: Tensor) -> tf.TensorArray:
    return tf.TensorArray(tensor.dtype, size=0, dynamic_size=True).unstack(tensor)


def product(steps: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    """Product of (length, rows, channels) with a kernel as one product of matrices."""
    shape = tf.shape(steps)
    flat = tf.matmul(tf.reshape(steps, [-1, kernel.shape[0]]), kernel)
    if bias is not None:
        flat = tf.nn.bias_add(flat, bias)
    return tf.reshape(flat, [shape[0], shape[1], kernel.shape[1]])


def kernel_gradient(steps: Tensor, gradient: Tensor) -> Tensor:
    """Gradient of the kernel in `product`, summed over all steps and rows."""
    flat = [tf.reshape(tensor, [-1, tensor.shape[-1]]) for tensor in (steps, gradient)]
    return tf.matmul(flat[0], flat[1], transpose_a=True)


def bias_gradient(gradient: Tensor) -> Tensor:
    """Gradient of the bias in `product`."""
    return tf.raw_ops.BiasAddGrad(out_backprop=tf.reshape(gradient, [-1, gradient.shape[-1]]))


def shifted(states: Tensor) -> Tensor:
    """The state in front of each step; the first is zero."""
    return tf.concat([tf.zeros_like(states[:1]), states[:-1]], axis=0)


def zeros(steps: Tensor, units: int) -> Tensor:
    """The state in front of the first step, (rows, units)."""
    return tf.zeros([tf.shape(steps)[1], units], steps.dtype)


def gru_forward(steps, kernel, recurrent, bias, recurrent_bias, keeps_gates: bool):
    """States (length, rows, units), and for the gradient the gates z, r, n and the product p."""
    units = recurrent.shape[0]
    split = [2 * units, units]
    kernels, products = tf.split(kernel, split, axis=1), tf.split(recurrent, split, axis=1)
    biases, inner = tf.split(bias, split), tf.split(recurrent_bias, split)
    inputs = [
        product(steps, kernels[0], biases[0] + inner[0]),
        product(steps, kernels[1], biases[1]),
    ]

    def step(x, state):
        (h,) = state
        z, r = tf.split(tf.sigmoid(x[0] + tf.matmul(h, products[0])), 2, axis=1)
        p = tf.nn.bias_add(tf.matmul(h, products[1]), inner[1])
        n = tf.tanh(x[1] + r * p)
        h = n + z * (h - n)
        return [h], [h, z, r, n, p] if keeps_gates else [h]

    return over_time(step, inputs, [zeros(steps, units)], 5 if keeps_gates else 1)


@tf.custom_gradient
def gru(steps, kernel, recurrent, bias, recurrent_bias):
    h, z, r, n, p = gru_forward(steps, kernel, recurrent, bias, recurrent_bias, True)

    def gradient(upstream):
        units = recurrent.shape[0]
        split = [2 * units, units]
        kernels = tf.split(kernel, split, axis=1)
        products = [tf.transpose(part) for part in tf.split(recurrent, split, axis=1)]
        before = shifted(h)

        def step(x, state):
            of_h, z, r, n, p, h = x
            of_h = of_h + state[0]
            straight = of_h * z
            of_n = tanh_gradient(y=n, dy=of_h - straight)
            of_gates = tf.concat(
                [sigmoid_gradient(y=z, dy=of_h * (h - n)), sigmoid_gradient(y=r, dy=of_n * p)], 1
            )
            of_p = of_n * r
            of_h = straight + tf.matmul(of_gates, products[0]) + tf.matmul(of_p, products[1])
            return [of_h], [of_gates, of_n, of_p]

        inputs = [upstream, z, r, n, p, before]
        of_gates, of_n, of_p = over_time(step, inputs, [zeros(steps, units)], 3, reverse=True)
        of_gates.set_shape([None, None, 2 * units]), of_n.set_shape([None, None, units])
        of_p.set_shape([None, None, units])
        of_bias = bias_gradient(of_gates)
        return (
            product(of_gates, tf.transpose(kernels[0])) + product(of_n, tf.transpose(kernels[1])),
            tf.concat([kernel_gradient(steps, of_gates), kernel_gradient(steps, of_n)], 1),
            tf.concat([kernel_gradient(before, of_gates), kernel_gradient(before, of_p)], 1),
            tf.concat([of_bias, bias_gradient(of_n)], 0),
            tf.concat([of_bias, bias_gradient(of_p)], 0),
        )

    return h, gradient


def lstm_forward(steps, kernel, recurrent, bias, keeps_gates: bool):
    units = recurrent.shape[0]

    def step(x, state):
        h, c = state
        i, f, g, o = tf.split(x[0] + tf.matmul(h, recurrent), 4, axis=1)
        i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
        before = c
        c = f * c + i * g
        t = tf.tanh(c)
        h = o * t
        return [h, c], [h, i, f, g, o, t, before] if keeps_gates else [h]

    zero = zeros(steps, units)
    inputs = [product(steps, kernel, bias)]
    return over_time(step, inputs, [zero, zero], 7 if keeps_gates else 1)


@tf.custom_gradient
def lstm(steps, kernel, recurrent, bias):
    h, *gates = lstm_forward(steps, kernel, recurrent, bias, True)

    def gradient(upstream):
        units = recurrent.shape[0]
        transposed = tf.transpose(recurrent)

        def step(x, state):
            of_h, i, f, g, o, t, c = x
            of_h = of_h + state[0]
            of_c = state[1] + tanh_gradient(y=t, dy=of_h * o)
            of_x = tf.concat(
                [
                    sigmoid_gradient(y=i, dy=of_c * g),
                    sigmoid_gradient(y=f, dy=of_c * c),
                    tanh_gradient(y=g, dy=of_c * i),
                    sigmoid_gradient(y=o, dy=of_h * t),
                ],
                axis=1,
            )
            return [tf.matmul(of_x, transposed), of_c * f], [of_x]

        zero = zeros(steps, units)
        (of_x,) = over_time(step, [upstream, *gates], [zero, zero], 1, reverse=True)
        of_x.set_shape([None, None, 4 * units])
        return (
            product(of_x, tf.transpose(kernel)),
            kernel_gradient(steps, of_x),
            kernel_gradient(shifted(h), of_x),
            bias_gradient(of_x),
        )

    return h, gradient
