"""Weights: post-stratification, raking, calibration and trimming, and estimates that know it."""
