"""One arm of test_strategies.py: trains some steps on a number of replicas and keeps the weights.

    python strategy_arm.py REPLICAS PRESET OUT

One process per arm: TensorFlow's collectives do not survive a second strategy in a process.
"""

import sys
from dataclasses import replace
from pathlib import Path

from tfcmp.command.quiet import import_tensorflow
from tfcmp.config.fields import DataSettings, TrainingSettings
from tfcmp.models.catalogue import default_configuration, find_model

STEPS = 20
# Texts of the batches, the last one smaller than two replicas can share.
SIZES = (7, 6, 5, 1)
CASES = {
    "plain": {"clip_norm": None},
    "clipped": {"clip_norm": 0.05},
    "accumulated": {"clip_norm": 0.05, "accumulate": 3},
    "decayed": {"clip_norm": 0.05, "rate_shares": 0.3},
    "weighted": {"clip_norm": 0.05, "accumulate": 2, "weights": {"a": 1.0, "b": 7.0}},
}
# A key's bias does nothing under softmax: its gradient is nothing but rounding, which Adam, dividing
# by its size, would make steps of.
OPTIMIZERS = {
    "gru": {"optimizer": "adam", "learning_rate": 0.01},
    "bert": {"optimizer": "sgd", "momentum": 0.9, "learning_rate": 0.05},
}


def configurations(preset):
    gru = default_configuration(find_model("gru"))
    still = {"dropout": 0.0, "embedding_dropout": 0.0, "word_dropout": 0.0}
    sizes = {"units": 5, "embedding_size": 6}
    yield "gru", replace(gru, architecture=replace(gru.architecture, **still, **sizes))
    bert = default_configuration(find_model(f"preset:{preset}"))
    yield "bert", replace(bert, architecture=replace(bert.architecture, dropout=0.0))


def arm_configuration(configuration, name, replicas):
    """The configuration of one model on a number of replicas."""
    return replace(
        configuration,
        device="cpu",
        precision="float32",
        strategy="none" if replicas == 1 else "mirrored",
        replicas=replicas,
        data=DataSettings(max_length=12),
        training=replace(configuration.training, **OPTIMIZERS[name]),
    )


def build_case(configuration, tokenizer, files, opened):
    """Core and optimizer of a case, from the same seed, without dropout."""
    import keras

    from tfcmp.models.building import build_core
    from tfcmp.training.optimizers import build_optimizer

    keras.utils.set_random_seed(3)
    with opened.strategy.scope():
        core = build_core(configuration, tokenizer, 2, files)
        for layer in core._flatten_layers():
            if isinstance(layer, keras.layers.Dropout):
                layer.rate = 0.0
        return core, build_optimizer(configuration.training, core.trainable_variables)


def step_settings(settings, core):
    """What `compile_train_step` takes for the settings of a case."""
    import numpy as np

    from tfcmp.training.objective import build_objective

    settings = dict(settings)
    if "rate_shares" in settings:
        settings["rate_shares"] = [settings["rate_shares"]] * len(core.trainable_weights)
    if "weights" in settings:
        weighing = TrainingSettings(class_weight=settings.pop("weights"), label_smoothing=0.1)
        settings["objective"] = build_objective(weighing, np.arange(10) % 2, ("a", "b"))
    return settings


def run_case(core, optimizer, opened, settings):
    """Arrays by name after STEPS steps: what they returned, answers, weights."""
    import numpy as np

    from tfcmp.training.step import compile_forward, compile_train_step

    step = compile_train_step(core, optimizer, replicas=opened, **settings)
    draw = np.random.default_rng(0)
    outcomes = []
    for number in range(STEPS):
        size = SIZES[number % len(SIZES)]
        ids = draw.integers(2, 10, (size, 9)).astype(np.int32)
        ids[:, 6:] *= draw.integers(0, 2, (size, 1), dtype=np.int32)
        labels = draw.integers(0, 2, size).astype(np.int32)
        outcomes.append([float(value) for value in step(ids, labels)])
    weights = {
        f"{n}-{weight.name}": weight.numpy() for n, weight in enumerate(core.trainable_weights)
    }
    answers = np.asarray(compile_forward(core, opened)(ids))
    return {"outcomes": np.array(outcomes), "answers": answers, **weights}


def main(replicas, preset, out):
    import_tensorflow()
    import numpy as np

    from tfcmp.models.building import build_tokenizer
    from tfcmp.models.encoder_files import resolve_encoder
    from tfcmp.models.word_tokenizer import WordTokenizer
    from tfcmp.training.hardware import set_up_hardware
    from tfcmp.training.replicas import open_replicas

    kept, opened = {}, None
    for name, configuration in configurations(preset):
        configuration = arm_configuration(configuration, name, replicas)
        if opened is None:
            set_up_hardware(configuration)
            opened = open_replicas(configuration)
        files = resolve_encoder(configuration, Path(out).parent)
        tokenizer = build_tokenizer(configuration, files)
        if isinstance(tokenizer, WordTokenizer):
            tokenizer.set_vocabulary([f"word{n}" for n in range(8)])
        for case, settings in CASES.items():
            core, optimizer = build_case(configuration, tokenizer, files, opened)
            arrays = run_case(core, optimizer, opened, step_settings(settings, core))
            kept |= {f"{name}/{case}/{key}": array for key, array in arrays.items()}
    np.savez(out, **kept)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
