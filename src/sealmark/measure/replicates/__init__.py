"""Replicate weights: jackknife, bootstrap, balanced repeated replication, and any statistic on them."""
