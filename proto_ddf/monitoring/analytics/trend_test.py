"""Whether a curve rises or falls, by the Mann-Kendall test."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from math import sqrt

from proto_ddf.monitoring.analytics.results import Direction

LEAST_POINTS = 11
"""With fewer, the normal approximation is too rough."""
SIGNIFICANT = 1.96
"""Of the standard normal distribution: 5 % on both sides together."""


def direction(values: Sequence[float]) -> Direction:
    """Rising or falling if so clear a trend would come by chance in less than 5 % of all curves.

    S is the number of pairs that rise less those that fall. Without a trend its mean is 0, and its variance is
    (n(n-1)(2n+5) - the sum of t(t-1)(2t+5) over groups of t equal values) / 18. S, one step nearer to 0, is compared in
    standard deviations. (Mann 1945; Kendall 1975; Gilbert, Statistical Methods for Environmental Pollution Monitoring,
    1987, pages 208 to 213.)
    """
    n = len(values)
    if n < LEAST_POINTS:
        return "unknown"
    score = sum((later > earlier) - (later < earlier) for earlier, later in combinations(values, 2))
    ties = sum(t * (t - 1) * (2 * t + 5) for t in Counter(values).values())
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
    if not variance or (abs(score) - 1) / sqrt(variance) < SIGNIFICANT:
        return "steady"
    return "rising" if score > 0 else "falling"
