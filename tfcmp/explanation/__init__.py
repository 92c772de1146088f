"""Why a model answers as it does, word by word, and how far such an explanation can be trusted."""
