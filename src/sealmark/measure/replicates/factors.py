"""Replicate weights to hand on, so that others can compute standard errors without the design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.engine import Source, fetch
from sealmark.measure.replicates.resampling import Replication, check_replication, factors_of, scales_of
from sealmark.measure.surveys.design import CLUSTER, Design, Frame
from sealmark.measure.surveys.estimation import take_sample
from sealmark.measure.surveys.keys import Floats, Integers, Key, number_keys

__all__ = ["ReplicateFactors", "replicate_factors"]


@dataclass(frozen=True)
class ReplicateFactors:
    """By what each cluster's weights are multiplied in every replicate.

    A variance is the sum over the replicates of scale times squared deviation.

    Attributes:
        clusters: Stratum values and cluster, sorted.
        factors: Shape (replicates, clusters).
        scales: One per replicate.
    """

    clusters: tuple[Key, ...]
    factors: Floats
    scales: Floats


def replicate_factors(table: Source, *, design: Design, replication: Replication) -> ReplicateFactors:
    """Return the factors on the weights that ``estimate_replicated`` uses without writing them down.

    Args:
        table: As for :func:`~sealmark.measure.surveys.estimation.estimate`.
        design: How the rows were drawn; with clusters.
        replication: How replicates are made.

    Raises:
        SealmarkError: SM403 to SM408 as ``estimate``; SM440 a method that the design does not
            allow, or rows drawn one by one.

    Example:
        >>> import pyarrow as pa
        >>> answers = pa.table({"shop": [1, 1, 2, 2, 3, 3]})
        >>> replicate_factors(answers, design=Design(cluster="shop"), replication=Replication("jk1")).factors
        array([[0. , 1.5, 1.5],
               [1.5, 0. , 1.5],
               [1.5, 1.5, 0. ]])
    """
    if design.cluster is None:
        fix = "Name the column with the rows' number as cluster=, or use estimate_replicated()."
        raise SealmarkError(Problem("SM440", "Rows drawn one by one would each need a factor.", fix=fix))
    sample = take_sample(table, design=design)
    check_replication(replication, design, sample.frame)
    keys = [*design.strata_keys, CLUSTER]
    _, clusters = number_keys(fetch(sample.table.select(*keys).distinct()), keys)
    place = {key: index for index, key in enumerate(sample.frame.strata)}
    stratum = np.array([place[key[:-1]] for key in clusters], dtype=np.int64)
    if replication.method in {"jk1", "jkn"}:
        factors, scales = _left_out(stratum, sample.frame)
    else:
        factors, scales = _drawn(sample.frame, replication)
    return ReplicateFactors(tuple(clusters), factors, scales)


def _left_out(stratum: Integers, frame: Frame) -> tuple[Floats, Floats]:
    scales = scales_of(frame)
    left = np.flatnonzero(scales[stratum] > 0)
    same = stratum[left][:, None] == stratum[None, :]
    size = frame.units[stratum]
    factors = np.where(same, size / np.maximum(size - 1, 1), 1.0)
    factors[np.arange(len(left)), left] = 0.0
    return factors, scales[stratum[left]]


def _drawn(frame: Frame, replication: Replication) -> tuple[Floats, Floats]:
    parts = [
        factors_of(frame, index, np.ones(int(units)), replication=replication)
        for index, units in enumerate(frame.units)
    ]
    factors = np.hstack(parts)
    count = len(factors)
    freedom = count - 1 if replication.method == "bootstrap" and replication.around == "mean" else count
    return factors, np.full(count, 1 / freedom / (1 - replication.kept) ** 2)
