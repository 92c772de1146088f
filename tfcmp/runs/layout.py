"""Names of the files and folders that commands write and read again, and their formats."""

from typing import Final

# A run directory.
CONFIG: Final = "config.yaml"
ENVIRONMENT: Final = "environment.json"
SPLIT: Final = "split.json"
METRICS: Final = "metrics.jsonl"
CHECKPOINT = "checkpoint"
MODEL: Final = "model.keras"
PREDICTIONS: Final = "predictions.parquet"
TIMING: Final = "timing.json"
RESULT: Final = "result.json"
# Listed with their checksums in result.json, in the order in which they appear.
LISTED = (CONFIG, ENVIRONMENT, SPLIT, METRICS, MODEL, PREDICTIONS, TIMING)
LOCK = ".lock"
# Raised when a file of the run directory changes its meaning; a higher one is refused.
RUN_FORMAT = 1

# What later commands add to a run.
BEHAVIOUR: Final = "behaviour.json"
BENCH: Final = "bench.json"
CONTRAST: Final = "contrast.json"
EXPLANATION: Final = "explanation.json"
TEMPERATURE: Final = "temperature.json"

# A file that every export has.
EXPORTED_LABELS: Final = "labels.json"

# A search.
SEARCH: Final = "search.json"
SPACE: Final = "space.yaml"
# State of KerasTuner's oracle: every trial that was drawn, and its score.
ORACLE: Final = "oracle.json"
# Holds a folder for each trial, with its log and, when it has ended, its outcome.
TRIALS_FOLDER = "trials"
OUTCOME: Final = "outcome.json"
TRIALS: Final = "trials.csv"
BEST: Final = "best.yaml"
EFFECTS: Final = "effects.csv"
# Written for random searches only: the trials of others depend on each other.
BUDGET: Final = "budget.csv"
# Raised when a file of the search directory changes its meaning; a higher one is refused.
SEARCH_FORMAT = 1

# A study.
STUDY: Final = "study.yaml"
# {"failures": {name: reason}, "contended": [names], "contention": {name: reason}} of runs and
# searches; each may lack, the file too.
STUDY_STATE: Final = "study.json"
RUNS = "runs"
SEARCHES = "searches"
# What children are given, and what they say.
SETTINGS = "settings"
LOGS = "logs"
# What python -m tfcmp.bench --out wrote there, of models without a run.
BENCHES = "benches"
REPORT = "report"
# Behind the label of a search, where it stands next to runs.
OF_A_SEARCH = "-search"
# Marks a study that was published: docs/results/NAME, which holds its report and its runs.
PUBLISHED: Final = "published.json"
# In result.json of a published run: the checksums that its files had before paths of the machine and
# texts were taken out.
PUBLISHED_FROM = "published_from"
