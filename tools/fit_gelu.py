"""Fits the polynomial of GELU's tail in annotator/kernels/src/elementary.h. Needs SciPy.

GELU is max(x, 0) - T(|x|) with T(a) = a * Phi(-a). Phi(-a) = P(a)^-16 has the form of Abramowitz and Stegun 7.1.28;
P, of degree 6, is the one whose largest error of T on [0, 6.5] is least. To first order that error is
16 T(a) / Q(a) * |P(a) - Q(a)| with Q = Phi(-a)^(-1/16): linear in the coefficients, so a linear programme finds them.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog
from scipy.special import erfc

DEGREE, POWER, END, POINTS = 6, 16, 6.5, 2000
SCALE = 1e4  # errors of the order of one suit the solver


def main() -> None:
    a = END / 2 * (1 - np.cos(np.pi * (np.arange(POINTS) + 0.5) / POINTS))
    tail = erfc(a / np.sqrt(2)) / 2
    exact = tail ** (-1 / POWER)
    weight = POWER * a * tail / exact * SCALE
    powers = (a[:, None] / END) ** np.arange(DEGREE + 1)
    rows, one = powers * weight[:, None], np.ones((POINTS, 1))
    solution = linprog(
        [0.0] * (DEGREE + 1) + [1.0],
        A_ub=np.block([[rows, -one], [-rows, -one]]),
        b_ub=np.concatenate([exact * weight, -exact * weight]),
        bounds=[(None, None)] * (DEGREE + 1) + [(0, None)],
    )
    coefficients = np.float32(solution.x[:-1] / END ** np.arange(DEGREE + 1))
    print("lowest power first:", *coefficients)

    x = np.linspace(-15, 15, 1_000_001, dtype=np.float32)
    magnitude = np.minimum(np.abs(x), np.float32(20))
    p = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        p = p * magnitude + coefficient
    for _ in range(4):
        p = p * p
    difference = np.maximum(x, 0) - magnitude / p - x * erfc(-np.float64(x) / np.sqrt(2)) / 2
    print(f"largest error of GELU in float32: {np.abs(difference).max():.2g}")


if __name__ == "__main__":
    main()
