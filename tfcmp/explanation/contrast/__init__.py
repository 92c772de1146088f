"""Contrast sets (Gardner et al. 2020): texts, and the same changed so that their label changes."""
