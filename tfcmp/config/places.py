"""Where things are kept unless the user says otherwise."""

DEFAULT_CACHE = "~/.cache/tfcmp"
DEFAULT_RUNS = "runs"
