"""The models, as records of facts and as functions that build them."""
