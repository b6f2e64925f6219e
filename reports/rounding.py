"""Printed figures and the numbers behind them: whether one is the other, rounded. Called by evidence and verdicts."""

from __future__ import annotations


def decimals(value: float) -> int:
    """How many decimals a figure is stated with."""
    return len(f"{value:.10f}".rstrip("0").partition(".")[2])


def rounds_to(figure: float, said: float) -> bool:
    """Whether `figure` gives `said` when rounded to its decimals, halves either way."""
    return abs(figure - said) <= 0.5 * 10 ** -decimals(said) + 1e-9
