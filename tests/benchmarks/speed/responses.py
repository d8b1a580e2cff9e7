"""Made-up survey responses, as many as wanted, in the layout of large data.

1,000 organizations of log-normal sizes, 20 waves, 4 strata, 10 clusters in
each, one weight per response, 28 items from 1 to 10 with 1 to 12 % missing and
the recommendation from 0 to 10. One Parquet file per wave, sorted by organization and stratum.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["ITEMS", "ORGANIZATIONS", "RECOMMEND", "WAVES", "write_responses"]

ORGANIZATIONS, WAVES, STRATA, CLUSTERS = 1_000, 20, 4, 10
ITEMS = tuple(f"i{number:02}" for number in range(1, 29))
RECOMMEND = "recommend"
_ROW_GROUP = 122_880


def write_responses(folder: Path, rows: int, *, seed: int = 20261122) -> Path:
    """Write about ``rows`` responses and return the folder; what is there already is kept.

    Args:
        folder: Gets ``wave=1`` to ``wave=20`` with one Parquet file each.
        rows: Responses over all waves.
        seed: Equal seeds give equal files.
    """
    done = folder / "done"
    if done.is_file() and done.read_text(encoding="ascii") == f"{rows} {seed}":
        return folder
    shares = _shares(seed)
    for wave in range(1, WAVES + 1):
        place = folder / f"wave={wave}"
        place.mkdir(parents=True, exist_ok=True)
        table = _wave(wave, np.random.default_rng([seed, wave]), shares, rows // WAVES)
        pq.write_table(table, place / "part-0.parquet", compression="zstd", row_group_size=_ROW_GROUP)
    done.write_text(f"{rows} {seed}", encoding="ascii")
    return folder


def _shares(seed: int) -> np.ndarray:
    sizes = np.random.default_rng(seed).lognormal(0.0, 1.0, ORGANIZATIONS)
    return sizes / sizes.sum()


def _wave(wave: int, random: np.random.Generator, shares: np.ndarray, rows: int) -> pa.Table:
    counts = np.maximum(random.multinomial(max(rows - 8 * ORGANIZATIONS, 0), shares) + 8, 8)
    organization = np.repeat(np.arange(1, ORGANIZATIONS + 1, dtype=np.int32), counts)
    size = len(organization)
    # Strata and clusters take turns: none has fewer than two of what is drawn from it.
    place = np.arange(size) - np.repeat(np.cumsum(counts) - counts, counts)
    stratum = (place % STRATA).astype(np.int16)
    order = np.argsort(organization.astype(np.int64) * STRATA + stratum, kind="stable")
    stratum, place = stratum[order], place[order]
    columns = {
        "organization": organization,
        "wave": np.full(size, wave, dtype=np.int16),
        "stratum": stratum + 1,
        "cluster": (place // STRATA % CLUSTERS + 1).astype(np.int16),
        "weight": random.gamma(4.0, 0.25, size) + 0.1,
    }
    level = np.random.default_rng(wave * 7).normal(7.2, 0.7, ORGANIZATIONS + 1)[organization]
    latent = np.round((level + random.normal(0.0, 1.3, size).astype(np.float32)) * 16).astype(np.int16)
    arrays = {name: pa.array(values) for name, values in columns.items()}
    for number, name in enumerate(ITEMS):
        arrays[name] = _answers(random, latent, (1, 10), missing=0.01 + 0.11 * number / (len(ITEMS) - 1))
    arrays[RECOMMEND] = _answers(random, latent, (0, 10), missing=0.05)
    return pa.table(arrays)


def _answers(random: np.random.Generator, latent: np.ndarray, ends: tuple[int, int], *, missing: float) -> pa.Array:
    """Return answers around what the respondent feels (in sixteenths of a point), some missing."""
    luck = random.integers(0, 65536, len(latent), dtype=np.uint16)
    noise = ((luck & 31).astype(np.int16) - 16) + ((luck >> 5) & 31).astype(np.int16) - 16
    answers = np.clip((latent + noise + 8) >> 4, *ends).astype(np.int16)
    return pa.array(answers, mask=random.integers(0, 65536, len(latent), dtype=np.uint16) < missing * 65536)
