"""First passage of a price with double exponential jumps, looked at continuously."""

from __future__ import annotations

import numpy as np

from yardsticks.laplace import inverted


def kou_first_passage(
    b: float, years: float, mu: float, sigma: float, intensity: float, p: float, up: float, down: float
) -> float:
    """P(mu t + sigma B + jumps has reached b above 0 within the years), looked at continuously.

    Jumps come `intensity` times a year, are up with odds p and then of mean size 1 / up, else down and of mean size 1 / down. With
    B, C the two roots of positive real part of G(x) = s, where
    G(x) = mu x + sigma^2 x^2 / 2 + intensity (p up / (up - x) + (1 - p) down / (down + x) - 1), the Laplace transform in time is
    ((up - B) C e^(-b B) + (C - up) B e^(-b C)) / (up (C - B) s).

    Source: Kou and Wang (2003), First Passage Times of a Jump Diffusion Process, theorem 3.1.

    >>> round(kou_first_passage(0.3, 1.0, 0.1, 0.2, 3.0, 0.5, 50.0, 100 / 3), 5)
    0.25584
    """

    def transform(points: np.ndarray) -> np.ndarray:
        B, C = np.array([_roots(s, mu, sigma, intensity, p, up, down) for s in points]).T
        paid = (up - B) * C * np.exp(-b * B) + (C - up) * B * np.exp(-b * C)
        return paid / (up * (C - B) * points)

    return float(inverted(transform, years))


def _roots(s: complex, mu: float, sigma: float, intensity: float, p: float, up: float, down: float) -> np.ndarray:
    """The two roots of G(x) = s of positive real part: G times both denominators is a polynomial of the fourth degree."""
    diffusion = np.array([sigma**2 / 2.0, mu, -intensity - s])
    both = np.array([-1.0, up - down, up * down])  # (up - x)(down + x)
    jumped = intensity * (p * up * np.array([1.0, down]) + (1.0 - p) * down * np.array([-1.0, up]))
    roots = np.roots(np.polyadd(np.polymul(diffusion, both), jumped))
    return roots[np.argsort(-roots.real)[:2]]
