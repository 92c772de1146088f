"""Weights that training starts from instead of random ones: those of a finished classifier."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from tfcmp.config.fields import Configuration, LinearArchitecture
from tfcmp.config.initial import OPTION
from tfcmp.data.listing import listed
from tfcmp.data.run_texts import seen_texts, with_initial_runs
from tfcmp.errors import CallError, WorkError
from tfcmp.models.building import (
    build_tokenizer,
    core_of,
    load_text_classifier,
    weights_without_updates,
)
from tfcmp.models.encoder_files import EncoderFiles
from tfcmp.models.linear import count_ngrams, log_count_ratios
from tfcmp.models.tokenizer import TextTokenizer
from tfcmp.models.word_tokenizer import WordTokenizer
from tfcmp.records.run import InitialCost, InitialRun
from tfcmp.runs.directory import RunDirectory, open_run
from tfcmp.runs.files import sha256_of
from tfcmp.runs.layout import ENVIRONMENT, MODEL, SPLIT, TIMING
from tfcmp.training.texts import Texts

# Layer whose weights have a column per class, the last dimension of each.
HEAD = "logits"


class Started(NamedTuple):
    """What result.json and timing.json say of a start: run, checksum, classes; seconds by run."""

    told: InitialRun
    costs: list[InitialCost]


@dataclass(frozen=True, eq=False)
class Initial:
    """A finished classifier whose vocabulary and weights a run starts from.

    Attributes:
        run: its directory.
        model: raw text to probabilities.
        classes: names of its classes, in the order of its outputs.
        sha256: of the saved model.
    """

    run: RunDirectory
    model: keras.Model
    classes: tuple[str, ...]
    sha256: str

    def describe(self) -> dict[str, str]:
        """Where the weights come from, for environment.json."""
        return {"run": str(self.run.path), "model_sha256": self.sha256}

    def tokenizer(self, configuration: Configuration, files: EncoderFiles | None) -> TextTokenizer:
        """The tokenizer of the run, vocabulary and all, cut to the lengths of `configuration`."""
        if files is not None:
            return build_tokenizer(configuration, files)
        known = self.model.get_layer("tokenizer")
        assert isinstance(known, WordTokenizer)
        data = configuration.data
        lengths = {"max_length": data.max_length, "truncation": data.truncation}
        # Its own settings: it goes on splitting texts the way its vocabulary was learned.
        tokenizer = type(known).from_config({**known.get_config(), **lengths})
        tokenizer.set_vocabulary(known.lookup.get_vocabulary(include_special_tokens=False))
        return tokenizer

    def sized(self, configuration: Configuration) -> Configuration:
        """The configuration with as many n-grams as the linear model of the run has."""
        if not isinstance(configuration.architecture, LinearArchitecture):
            return configuration
        features = core_of(self.model).get_layer("ngram_features").features
        return replace(
            configuration, architecture=replace(configuration.architecture, features=features)
        )

    def require_classes(self, classes: tuple[str, ...], new_classes: str) -> None:
        """Returns where the classes of the texts are those that are allowed.

        Raises:
            CallError: names those that are new, or that the texts lack.
        """
        if new_classes == "replace":
            return
        new = [name for name in classes if name not in self.classes]
        missing = [name for name in self.classes if name not in classes]
        if new and new_classes == "refuse":
            raise CallError(
                f"{OPTION} {self.run.path}: the texts have classes that it does not know: "
                f"{listed([*map(repr, new)])}; give --new_classes add to add them to its own"
                + (", or replace to take those of the texts alone" if missing else "")
            )
        if missing:
            raise CallError(
                f"{OPTION} {self.run.path}: the texts have none of its classes {listed([*map(repr, missing)])}; "
                "give texts of them too, or --new_classes replace to leave them out"
            )

    def require_unseen(self, texts: Texts, cache: Path) -> tuple[str, ...]:
        """Returns where no text that the run has seen stands where this one is measured.

        Training texts of the run must not stand in validation or test, its validation texts not in
        test: epochs were chosen by them. Its test texts may be those of this run.

        Returns:
            Sentences on what cannot be told; they go to stderr too.

        Raises:
            CallError: there are such texts; says how many.
        """
        seen = seen_texts(self.run, cache)
        hashes = {
            name: texts.corpus.hashes[texts.splits.rows(name)] for name in ("validation", "test")
        }
        overlaps = {
            "training texts in validation": np.isin(hashes["validation"], seen.training).sum(),
            "training texts in test": np.isin(hashes["test"], seen.training).sum(),
            "validation texts in test": np.isin(hashes["test"], seen.validation).sum(),
        }
        if found := [f"{count} of its {what}" for what, count in overlaps.items() if count]:
            raise CallError(
                f"{OPTION} {self.run.path}: {', '.join(found)}: what it has seen would be measured "
                "as if it were new; use the same splits (--data.split_seed, a split column), or take "
                "these texts out"
            )
        for sentence in seen.unknown:
            sys.stderr.write(
                f"note: {sentence}: whether they stand in validation or test was not checked\n"
            )
        return seen.unknown

    def load_into(self, core: keras.Model, configuration: Configuration, texts: Texts) -> None:
        """Sets the weights of `core`; classes are matched by name, new ones stay as they are.

        Raises:
            WorkError: the shapes differ, which no setting explains.
        """
        start = core_of(self.model)
        sources, targets = weights_without_updates(start), weights_without_updates(core)
        of_head = {id(weight) for weight in core.get_layer(HEAD).weights}
        places = [
            (self.classes.index(name), place)
            for place, name in enumerate(texts.corpus.classes)
            if name in self.classes
        ]
        if len(sources) != len(targets):
            raise WorkError(f"{self.run.file(MODEL)} holds other weights than this model has")
        for source, target in zip(sources, targets, strict=True):
            value = keras.ops.convert_to_numpy(source)
            if id(target) in of_head:
                columns = np.array(keras.ops.convert_to_numpy(target))
                for old, new in places:
                    columns[..., new] = value[..., old]
                value = columns
            if value.shape != tuple(target.shape):
                raise WorkError(
                    f"{self.run.file(MODEL)}: {source.path} has the shape {value.shape}, here it is "
                    f"{tuple(target.shape)}"
                )
            target.assign(value)
        if isinstance(configuration.architecture, LinearArchitecture):
            known = [new for _, new in places]
            _count_new_classes(core, texts, known, configuration.architecture.smoothing)

    def started(self, configuration: Configuration, texts: Texts, cache: Path) -> "Started":
        """What is said of the start in the files of the run.

        Raises:
            CallError: classes or texts do not go with it.
        """
        classes = texts.corpus.classes
        self.require_classes(classes, configuration.new_classes)
        unknown = self.require_unseen(texts, cache)
        told: InitialRun = {
            "run": str(self.run.path),
            "model_sha256": self.sha256,
            "classes": {
                "kept": [name for name in classes if name in self.classes],
                "added": [name for name in classes if name not in self.classes],
                "dropped": [name for name in self.classes if name not in classes],
            },
            "not_checked": list(unknown),
        }
        return Started(told, self.costs())

    def costs(self) -> list[InitialCost]:
        """Seconds of training of the run and of those that it started from, for timing.json."""
        found: list[InitialCost] = []
        for run in with_initial_runs(self.run):
            if isinstance(run, str):
                # The chain is longer, and there is no telling by how much.
                found.append({"run": None, "training_seconds": None})
                break
            environment = run.read_json(ENVIRONMENT)
            seconds = run.read_json(TIMING)["seconds"].get("training")
            found.append(
                {
                    "run": str(run.path),
                    "training_seconds": seconds,
                    "device": environment.get("device"),
                    "device_names": environment.get("device_names"),
                    "threads": environment.get("threads"),
                    "precision": environment.get("precision"),
                }
            )
        return found


def open_initial(configuration: Configuration) -> Initial | None:
    """The classifier that the configuration starts from; None where it starts from nothing.

    Raises:
        CallError, WorkError: see `tfcmp.runs.directory.open_run`; or the model cannot be loaded.
    """
    if configuration.init_from is None:
        return None
    run = open_run(Path(configuration.init_from))
    model = load_text_classifier(run.file(MODEL))
    return Initial(run, model, tuple(run.read_json(SPLIT)["classes"]), sha256_of(run.file(MODEL)))


def _count_new_classes(core: keras.Model, texts: Texts, known: list[int], smoothing: float) -> None:
    """Log-count ratios of classes that the linear model has not counted, over the n-grams it keeps.

    Without them their weights would be multiplied by zero for good.
    """
    new = [place for place in range(len(texts.corpus.classes)) if place not in known]
    if not new:
        return
    features, logits = core.get_layer("ngram_features"), core.get_layer(HEAD)
    keys, counts = count_ngrams(texts.adaptation_batches(), features.orders, logits.classes)
    if not len(keys):
        return
    kept = keras.ops.convert_to_numpy(features.keys)
    place = np.minimum(np.searchsorted(keys, kept), len(keys) - 1)
    of_kept = np.where((keys[place] == kept)[:, None], counts[place], 0)
    ratios = np.array(keras.ops.convert_to_numpy(logits.ratios))
    ratios[1:, new] = log_count_ratios(of_kept, smoothing)[:, new]
    logits.ratios.assign(ratios)
