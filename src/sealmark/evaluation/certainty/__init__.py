"""How sure the grade is: possible truths, what a prior group lends, and what is left out."""
