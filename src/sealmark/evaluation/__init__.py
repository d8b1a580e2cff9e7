"""Stages 1 + 2 + 3 in one call: a scheme and a case folder in, a graded, explained, reproducible evaluation out."""
