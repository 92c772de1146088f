"""What the records show: pairs, comparability, decision, claims; no tables of a page."""
