"""Before anything is measured: how many to ask, whom to draw, which samples decide, and how often a grade is right."""
