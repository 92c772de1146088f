"""Saved models, answering texts."""
