"""What a bench measured, as the tests of its tables need it."""


def training_cell(command, others=0.0):
    """A cell of training with all that a table shows."""
    number = {"value": 123.4, "low": 100.0, "high": 150.0}
    return {
        "examples_per_second": number,
        "tokens_per_second": number,
        "seconds_per_step": {"value": 0.0123, "low": 0.01, "high": 0.015},
        "waiting_share": 0.012,
        "padding_share": 0.034,
        "first_step_seconds": 2.5,
        "peak_memory_mb": 1234.5,
        "peak_gpu_memory_mb": None,
        "others_share": others,
        "processes": 5,
        "command": command,
    }
