"""The other side of recurrent_inference.py and recurrent_training.py: PyTorch.

PYTHON benchmarks/recurrent_torch.py answer|train FOLDER CELL THREADS

FOLDER holds weights.npz (those of the Keras core by their paths) and batches.npz (ids_N, and for
training labels_N). Each task is done in every form that a user of PyTorch would try: packed
sequences (padding is skipped), padded batches (one product for all texts), and padded batches under
`torch.compile`. `answer` writes answers.npz (those of packed sequences); both print
{"FORM": {"seconds": ..., "cpu_seconds": ...}}. A form that fails prints its error instead.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

# Places of Keras' gates in PyTorch's order: r, z, n of z, r, h; LSTM has the same order.
GATES = {"gru": (1, 0, 2), "lstm": (0, 1, 2, 3)}
KINDS = {"gru": nn.GRU, "lstm": nn.LSTM}
FORMS = ("packed", "padded", "compiled")
EMBEDDING_DROPOUT, DROPOUT = 0.5, 0.5


class Recurrent(nn.Module):
    """The same model as `build_recurrent` with one layer in both directions and max pooling."""

    def __init__(self, cell: str, weights: dict[str, np.ndarray]) -> None:
        super().__init__()
        table, kernel = weights["token_embedding/embeddings"], weights["logits/kernel"]
        self.embedding = nn.Embedding(*table.shape)
        units = kernel.shape[0] // 2
        self.read = KINDS[cell](table.shape[1], units, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * units, kernel.shape[1])
        copy(self.embedding.weight, table)
        copy(self.head.weight, kernel.T)
        copy(self.head.bias, weights["logits/bias"])
        for way, suffix in (("forward_1", ""), ("backward_1", "_reverse")):
            place = f"{way}/{cell}_cell"
            input_weights = reordered(weights[f"{place}/kernel"], GATES[cell])
            state_weights = reordered(weights[f"{place}/recurrent_kernel"], GATES[cell])
            bias = reordered(np.atleast_2d(weights[f"{place}/bias"]), GATES[cell])
            copy(getattr(self.read, f"weight_ih_l0{suffix}"), input_weights.T)
            copy(getattr(self.read, f"weight_hh_l0{suffix}"), state_weights.T)
            copy(getattr(self.read, f"bias_ih_l0{suffix}"), bias[0])
            state_bias = bias[1] if len(bias) == 2 else np.zeros_like(bias[0])
            copy(getattr(self.read, f"bias_hh_l0{suffix}"), state_bias)

    def forward(self, ids: torch.Tensor, is_packed: bool) -> torch.Tensor:
        """Ids (batch, length), longest text first, to logits (batch, classes)."""
        is_token = ids != 0
        vectors = self.embedding(ids)
        if self.training:
            # Whole channels, the same for all words of a text.
            kept = torch.empty(len(ids), 1, vectors.shape[2]).bernoulli_(1 - EMBEDDING_DROPOUT)
            vectors = vectors * kept / (1 - EMBEDDING_DROPOUT)
        if is_packed:
            packed = pack_padded_sequence(vectors, is_token.sum(1), batch_first=True)
            states, _ = pad_packed_sequence(self.read(packed)[0], batch_first=True)
        else:
            states, _ = self.read(vectors)
        states = states.masked_fill(~is_token[:, : states.shape[1], None], -torch.inf)
        return self.head(nn.functional.dropout(states.amax(1), DROPOUT, self.training))


def reordered(kernel: np.ndarray, places: tuple[int, ...]) -> np.ndarray:
    """The gates of a kernel (channels, gates * units) in PyTorch's order."""
    gates = np.split(kernel, len(places), axis=1)
    return np.concatenate([gates[place] for place in places], axis=1)


def copy(parameter: torch.Tensor, value: np.ndarray) -> None:
    """Writes a value into a parameter."""
    with torch.no_grad():
        parameter.copy_(torch.from_numpy(np.ascontiguousarray(value)))


def answer(model, batches: list[torch.Tensor], is_packed: bool, folder: Path) -> dict[str, float]:
    """Seconds for all batches, and those of the CPU."""
    with torch.inference_mode():
        for ids in batches[:1] + batches[-1:]:
            model(ids, is_packed)
        start, used = time.perf_counter(), time.process_time()
        answers = [model(ids, is_packed).softmax(-1).numpy() for ids in batches]
        seconds = time.perf_counter() - start, time.process_time() - used
    if is_packed:
        np.savez(folder / "answers.npz", *answers)
    return {"seconds": seconds[0], "cpu_seconds": seconds[1]}


def train(
    model, batches: list[torch.Tensor], labels: list[torch.Tensor], is_packed: bool
) -> dict[str, float]:
    """Seconds for all batches, the second time, and those of the CPU."""
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, eps=1e-7)
    for _ in range(2):
        start, used = time.perf_counter(), time.process_time()
        for ids, wanted in zip(batches, labels, strict=True):
            loss = nn.functional.cross_entropy(model(ids, is_packed), wanted)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
        loss.item()
        seconds = time.perf_counter() - start, time.process_time() - used
    return {"seconds": seconds[0], "cpu_seconds": seconds[1]}


def main() -> None:
    """Prints seconds by form as JSON."""
    task, folder, cell, threads = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    torch.set_num_threads(threads)
    with np.load(folder / "weights.npz") as file:
        weights = {name.replace("|", "/"): file[name] for name in file.files}
    arrays = np.load(folder / "batches.npz")
    count = sum(name.startswith("ids_") for name in arrays.files)
    batches = [torch.from_numpy(arrays[f"ids_{n}"]).long() for n in range(count)]
    taken: dict[str, dict] = {}
    for form in sys.argv[5:] or FORMS:
        model = Recurrent(cell, weights).train(task == "train")
        if form == "compiled":
            model = torch.compile(model, dynamic=True)
        try:
            if task == "answer":
                taken[form] = answer(model, batches, form == "packed", folder)
            else:
                labels = [torch.from_numpy(arrays[f"labels_{n}"]).long() for n in range(count)]
                taken[form] = train(model, batches, labels, form == "packed")
        except Exception as error:
            taken[form] = {"error": f"{type(error).__name__}: {str(error)[:200]}"}
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
