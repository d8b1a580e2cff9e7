"""Pages for applicants and holders."""
