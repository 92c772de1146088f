"""Integrated gradients of a tiny GRU by captum, as golden numbers for tests/explanation/test_captum.py.

    python -m venv captum && captum/bin/pip install torch captum
    captum/bin/python benchmarks/integrated_gradients_captum.py

It needs PyTorch and captum and nothing of ours: the weights follow a formula, and the same formula
fills the Keras model of the test. A Keras GRU has its gates in the order update, reset, new, PyTorch
in the order reset, update, new; both apply the reset gate behind the recurrent product.
"""

import json
import platform

import captum
import numpy as np
import torch
from captum.attr import IntegratedGradients

VOCABULARY, CHANNELS, UNITS, CLASSES, STEPS = 12, 5, 4, 3, 50
TEXTS = ([3, 7, 2, 11, 4, 9, 5], [10, 6, 3, 8])
SHAPES = {
    "embedding": (VOCABULARY, CHANNELS),
    "forward/kernel": (CHANNELS, 3 * UNITS),
    "forward/recurrent_kernel": (UNITS, 3 * UNITS),
    "forward/bias": (2, 3 * UNITS),
    "backward/kernel": (CHANNELS, 3 * UNITS),
    "backward/recurrent_kernel": (UNITS, 3 * UNITS),
    "backward/bias": (2, 3 * UNITS),
    "logits/kernel": (2 * UNITS, CLASSES),
    "logits/bias": (CLASSES,),
}


def formula(number: int, shape: tuple[int, ...]) -> np.ndarray:
    """Values of the weight that stands at that place of the list."""
    places = np.arange(np.prod(shape)).reshape(shape)
    return np.sin(1.0 + 0.7 * places + 10.0 * number).astype(np.float32)


class Gru(torch.nn.Module):
    """Vectors (batch, length, channels) to logits: both directions, maximum over time."""

    def __init__(self) -> None:
        super().__init__()
        values = {name: formula(n, shape) for n, (name, shape) in enumerate(SHAPES.items())}
        self.vectors = torch.tensor(values["embedding"])
        self.gru = torch.nn.GRU(CHANNELS, UNITS, bidirectional=True, batch_first=True)
        for way, suffix in (("forward", ""), ("backward", "_reverse")):
            bias = values[f"{way}/bias"]
            parameters = {
                "weight_ih_l0": values[f"{way}/kernel"].T,
                "weight_hh_l0": values[f"{way}/recurrent_kernel"].T,
                "bias_ih_l0": bias[0],
                "bias_hh_l0": bias[1],
            }
            for name, value in parameters.items():
                update, reset, new = np.split(value, 3)
                ours = torch.tensor(np.concatenate([reset, update, new]))
                getattr(self.gru, name + suffix).data = ours
        self.kernel = torch.tensor(values["logits/kernel"])
        self.bias = torch.tensor(values["logits/bias"])

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        """Logits (batch, classes)."""
        states, _ = self.gru(vectors)
        return states.max(dim=1).values @ self.kernel + self.bias


def main() -> None:
    """Prints the scores of every token of both texts, for the predicted class."""
    model = Gru()
    answers = []
    for ids in TEXTS:
        text = model.vectors[list(ids)][None]
        baseline = model.vectors[[0] * len(ids)][None]
        logits = model(text)[0]
        target = int(logits.argmax())
        scores = IntegratedGradients(model).attribute(
            text, baseline, target=target, n_steps=STEPS, method="gausslegendre"
        )
        answers.append(
            {
                "ids": ids,
                "logits": [round(one, 6) for one in logits.tolist()],
                "target": target,
                "scores": [round(float(one), 6) for one in scores[0].sum(dim=1)],
            }
        )
    versions = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "captum": captum.__version__,
    }
    print(json.dumps({"versions": versions, "answers": answers}, indent=2))


if __name__ == "__main__":
    main()
