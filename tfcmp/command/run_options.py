"""Options of a run that belong to no group: its seed, and what it computes on."""

from jsonargparse import ArgumentParser

from tfcmp.config.fields import NewClasses, Precision, Strategy

# Fields of a configuration.
OF_THE_RUN = (
    "seed",
    "device",
    "precision",
    "deterministic",
    "threads",
    "strategy",
    "replicas",
    "init_from",
    "new_classes",
)


def add_run_options(parser: ArgumentParser) -> None:
    """Adds them, with the defaults of `Configuration`."""
    parser.add_argument("--seed", type=int, default=1, help="seed of the run")
    parser.add_argument(
        "--device", choices=["auto", "cpu", "gpu"], default="auto", help="where to compute"
    )
    parser.add_argument("--precision", type=Precision, default="auto", help="of the computation")
    parser.add_argument(
        "--deterministic",
        type=bool,
        nargs="?",
        const=True,
        default=False,
        help="the same bits every time, slower",
    )
    parser.add_argument("--threads", type=int | None, default=None, help="threads; null takes all")
    parser.add_argument(
        "--strategy",
        type=Strategy,
        default="none",
        help="one device, all of a machine, or all of the machines that TF_CONFIG lists",
    )
    parser.add_argument(
        "--replicas",
        type=int | None,
        default=None,
        help="devices of this process; null takes all GPUs, or one processor",
    )
    parser.add_argument(
        "--init_from",
        type=str | None,
        default=None,
        metavar="RUN",
        help="complete run whose vocabulary and weights training starts from",
    )
    parser.add_argument(
        "--new_classes",
        type=NewClasses,
        default="refuse",
        help="with --init_from, classes that RUN does not know: refuse, add to its own, or replace "
        "its own by those of the texts",
    )
