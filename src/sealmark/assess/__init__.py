"""Stage 3, ASSESS: from evidence to findings, scores and grades. Pure, decimal, small."""
