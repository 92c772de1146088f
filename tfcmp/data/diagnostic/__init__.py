"""The embedded corpus: film reviews from a grammar, whose labels known words decide."""
