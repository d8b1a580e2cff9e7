"""Raters: do they agree, how severe is each, and does that change (agreement, severity, drift).

Start with :func:`read_ratings`; agreement needs overlap, severity a linked design
(:func:`linkage`). What the numbers mean: ``docs/explanation/raters.md``.

Example:
    >>> import pyarrow as pa
    >>> from sealmark.measure.raters import krippendorff_alpha, read_ratings
    >>> visits = pa.table({"shop": [1, 1, 2, 2, 3, 3], "who": list("ababab"), "mark": [4, 5, 2, 2, 3, 4]})
    >>> ratings = read_ratings(visits, "mark", subject="shop", rater="who")
    >>> round(float(krippendorff_alpha(ratings, "interval").alpha.value), 3)
    0.773
"""

from sealmark.measure.raters.alpha import Alpha, krippendorff_alpha
from sealmark.measure.raters.correlations import IntraclassCorrelations, MeanSquares, intraclass_correlations
from sealmark.measure.raters.drift import SeverityDrift, severity_drift
from sealmark.measure.raters.kappa import Kappa, cohen_kappa, fleiss_kappa
from sealmark.measure.raters.linkage import Component, Linkage, linkage, require_linked
from sealmark.measure.raters.rasch import FacetMeans, ManyFacetRasch, many_facet_rasch
from sealmark.measure.raters.ratings import Ratings, ratings_from_matrix, read_ratings
from sealmark.measure.raters.severity import CrossedEffects, SubjectMeans, crossed_effects

__all__ = [
    "Alpha", "Component", "CrossedEffects", "FacetMeans", "IntraclassCorrelations", "Kappa", "Linkage",
    "ManyFacetRasch", "MeanSquares", "Ratings", "SeverityDrift", "SubjectMeans", "cohen_kappa", "crossed_effects",
    "fleiss_kappa", "intraclass_correlations", "krippendorff_alpha", "linkage", "many_facet_rasch",
    "ratings_from_matrix", "read_ratings", "require_linked", "severity_drift",
]  # fmt: skip
