"""Saved models in the formats of others, with proof that they still answer the same."""
