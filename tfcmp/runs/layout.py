"""Names of the files and folders that commands write and read again, and their formats."""

# A run directory.
CONFIG = "config.yaml"
ENVIRONMENT = "environment.json"
SPLIT = "split.json"
METRICS = "metrics.jsonl"
CHECKPOINT = "checkpoint"
MODEL = "model.keras"
PREDICTIONS = "predictions.parquet"
TIMING = "timing.json"
RESULT = "result.json"
# Listed with their checksums in result.json, in the order in which they appear.
LISTED = (CONFIG, ENVIRONMENT, SPLIT, METRICS, MODEL, PREDICTIONS, TIMING)
LOCK = ".lock"
# Raised when a file of the run directory changes its meaning; a higher one is refused.
RUN_FORMAT = 1

# What later commands add to a run.
BEHAVIOUR = "behaviour.json"
BENCH = "bench.json"
CONTRAST = "contrast.json"
EXPLANATION = "explanation.json"
TEMPERATURE = "temperature.json"

# A file that every export has.
EXPORTED_LABELS = "labels.json"

# A search.
SEARCH = "search.json"
SPACE = "space.yaml"
# State of KerasTuner's oracle: every trial that was drawn, and its score.
ORACLE = "oracle.json"
# Holds a folder for each trial, with its log and, when it has ended, its outcome.
TRIALS_FOLDER = "trials"
OUTCOME = "outcome.json"
TRIALS = "trials.csv"
BEST = "best.yaml"
EFFECTS = "effects.csv"
# Written for random searches only: the trials of others depend on each other.
BUDGET = "budget.csv"
# Raised when a file of the search directory changes its meaning; a higher one is refused.
SEARCH_FORMAT = 1

# A study.
STUDY = "study.yaml"
# {"failures": {name: reason}, "contended": [names], "contention": {name: reason}} of runs and
# searches; each may lack, the file too.
STUDY_STATE = "study.json"
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
PUBLISHED = "published.json"
# In result.json of a published run: the checksums that its files had before paths of the machine and
# texts were taken out.
PUBLISHED_FROM = "published_from"
