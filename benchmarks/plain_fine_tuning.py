"""The plain side of fine_tuning_start_up.py: KerasHub's text classifier and `model.fit`.

python benchmarks/plain_fine_tuning.py PRESET JIT

JIT is "auto", which is what `compile` does unless told otherwise (XLA), or "off". Ends after the first training step and prints seconds by part, as JSON.
"""

import json
import os
import sys
import time

START = time.perf_counter()


def main() -> None:
    """Builds, compiles and fits until the end of the first step."""
    import keras
    import keras_hub
    import tensorflow_datasets as tfds

    parts = {"import": time.perf_counter() - START}
    keras.config.set_dtype_policy("mixed_bfloat16")
    reviews = tfds.load("imdb_reviews", split="train", as_supervised=True).batch(32)
    parts["data"] = time.perf_counter() - START
    folder = sys.argv[1]
    preprocessor = keras_hub.models.BertTextClassifierPreprocessor(
        keras_hub.models.BertTokenizer.from_preset(folder), sequence_length=256
    )
    backbone = keras_hub.models.BertBackbone.from_preset(folder)
    classifier = keras_hub.models.BertTextClassifier(backbone, 2, preprocessor)
    classifier.compile(
        optimizer=keras.optimizers.AdamW(5e-5),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile="auto" if sys.argv[2] == "auto" else False,
    )
    parts["build"] = time.perf_counter() - START

    def end(_batch: int, **_given: object) -> None:
        parts["first step"] = time.perf_counter() - START
        print(json.dumps(parts), flush=True)
        os._exit(0)

    classifier.fit(
        reviews, verbose=0, callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=end)]
    )


if __name__ == "__main__":
    main()
