"""Search for settings: the space, the trials, what they found. The only home of KerasTuner."""
