"""Comparisons: differences between groups and waves, contrasts, tests of independence."""
