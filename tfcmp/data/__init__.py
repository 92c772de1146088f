"""From a source of texts to batches of token ids: sources, splits, tokens, batches."""
