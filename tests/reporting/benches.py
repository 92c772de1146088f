"""Contents of bench.json, as python -m tfcmp.bench writes them."""

import math

PROCESSES = 5


def ends(value, spread=0.05):
    """A quantity over five processes, whose logarithms are spread evenly about that of the value."""
    low, high = value * (1 - spread), value * (1 + spread)
    steps = [place / (PROCESSES - 1) - 0.5 for place in range(PROCESSES)]
    return {
        "value": value,
        "low": low,
        "high": high,
        "coverage": 0.97,
        "measurements": 6,
        "by_process": [value * math.exp(spread * step) for step in steps],
    }


def training_cell(
    label,
    family,
    length,
    rate,
    *,
    size=3000,
    others=0.01,
    spread=0.05,
    processes=PROCESSES,
    session="one hour",
    **conditions,
):
    return {
        "label": label,
        "family": family,
        "length": length,
        "loading": "",
        "parameters": {"total": size + 500, "without_embedding": size},
        "conditions": {
            "device_names": ["Test CPU"],
            "threads": 2,
            "precision": "float32",
            "jit_compile": False,
            "batch_size": 32,
            "replicas": 1,
            **conditions,
        },
        "seconds_per_step": ends(32 / rate, spread),
        "examples_per_second": ends(rate, spread),
        "tokens_per_second": ends(rate * 100, spread),
        "waiting_share": 0.01,
        "padding_share": 0.0,
        "first_step_seconds": 3.0,
        "peak_memory_mb": 700.0,
        "peak_gpu_memory_mb": None,
        "others_share": others,
        "processes": processes,
        "session": session,
        "command": "python -m tfcmp.bench --model gru --lengths 64,256 --out /srv/ann/bench",
    }


def inference_cell(
    p90, *, engine="keras", others=0.01, threads=2, processes=PROCESSES, session="one hour"
):
    points = {"p50": ends(p90 / 2), "p90": ends(p90), "p99": ends(2 * p90)}
    return {
        **{f"latency_{name}_ms": of for name, of in points.items()},
        "examples_per_second": ends(1000 / p90),
        "peak_memory_mb": 500.0,
        "peak_gpu_memory_mb": None,
        "cold_start": {"seconds": 4.0, "loading_seconds": 2.0},
        "single_stream": {"queries": 256, "seconds": 3.0},
        "offline": {"samples": 4096, "seconds": 10.0, "padding_share": 0.03},
        "by_length": {
            "64": {"mean_tokens": 63.0, "milliseconds": points},
            "128": {"mean_tokens": 127.0, "milliseconds": points},
            "512": {"left_out": "no text of the sample has 512 tokens"},
        },
        "by_batch_size": {
            str(size): {"queries": 10, "milliseconds": points, "examples_per_second": ends(9.0)}
            for size in (1, 32)
        },
        "labels": {
            "texts": 4096,
            "accuracy": 0.89 if engine == "keras" else 0.88,
            "labels_kept": 0.999,
            "accuracy_of_run": 0.89,
        },
        "model_mb": 16.0,
        "is_full": False,
        "others_share": others,
        "processes": processes,
        "session": session,
        "conditions": {
            "engine": engine,
            "device_names": ["Test CPU"],
            "precision": "float32",
            "threads": threads,
        },
        "command": "python -m tfcmp.bench /srv/ann/runs/gru-seed1 --engines keras,onnx",
    }


def bench_of(inference=None, training=None, **more):
    axes = {}
    if inference:
        key = next(iter(inference))
        of = inference[key]
        axes = {name: of[name] for name in of if name.startswith(("latency", "examples"))}
        axes |= {"peak_memory_mb": of["peak_memory_mb"], "axes_of": key}
    return {
        **axes,
        "inference": inference or {},
        "training": training or {},
        "scaling": {},
        "crossings": {},
        **more,
    }
