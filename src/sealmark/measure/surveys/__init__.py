"""Surveys: designs, formulas, and estimates of cells with design-based errors."""
