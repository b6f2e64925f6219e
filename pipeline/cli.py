"""The command line: finds commands, and turns every error into one line and an exit code.

0 done, 1 failed, 2 wrong usage, 3 (`update`) a verdict changed. Data goes to standard output, progress and messages
to standard error. A traceback is shown only with `--debug`.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from pipeline.logs import log_to_stderr

# Command -> the module of pipeline.commands that holds it, in the order of the help page.
COMMANDS = {
    "run": "run",
    "update": "update",
    "report": "report",
    "desk": "desk",
    "extract": "extract",
    "claims": "claims",
    "import": "import_",
    "review": "review",
    "runs": "runs",
    "records": "records",
    "new": "new",
    "check": "check",
    "cron": "cron",
    "systemd": "systemd",
    "model": "model",
    "doctor": "doctor",
}
# The reader's matrices are small: one thread is faster, and adds up in the same order however many cores there are.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_PACKAGES = ("pipeline", "extract", "reports", "corpora")


class Commands(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        return importlib.import_module(f"pipeline.commands.{COMMANDS[cmd_name]}").command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--debug", is_flag=True, help="Show where an error arose, and everything that is logged.")
@click.version_option(package_name="retally", prog_name="retally")
def cli(debug: bool) -> None:
    """Re-count the numbers a clinical review states, from the papers themselves, with the sentence behind each."""
    log_to_stderr()
    for package in _PACKAGES if debug else ():
        logging.getLogger(package).setLevel(logging.DEBUG)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit with its code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for name in THREADS:  # before numpy is imported
        os.environ.setdefault(name, "1")
    try:
        with cli.make_context("retally", given) as context:  # not cli.main, which makes a closed pipe a failure
            cli.invoke(context)
        sys.stdout.flush()
        code: object = 0
    except click.exceptions.Exit as end:
        code = end.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("retally: stopped; run the command again to go on", err=True)
        code = 130
    except BrokenPipeError:  # the reader of our output has seen enough (`retally ... | head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        if "--debug" in given:
            raise
        click.echo(f"retally: {explain(error)}", err=True)
        code = getattr(error, "exit_code", 1)
    sys.exit(code if isinstance(code, int) else 0)


def explain(error: Exception) -> str:
    """One line for a person: what happened, where, and the cure."""
    from pipeline.shown import printable

    said = printable(str(error))
    if type(error).__module__.split(".")[0] in _PACKAGES:
        return said
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}. Check the path, its rights and the space on the disk."
    if isinstance(error, ModuleNotFoundError):
        return f"{said}. Install Retally with its dependencies: `make run` does."
    return f"unexpected {type(error).__name__}: {said}. `retally --debug ...` shows where; please report it."


if __name__ == "__main__":
    main()
