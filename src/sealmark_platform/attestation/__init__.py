"""Certificates as signed credentials: keys, publication, status lists; composed from the database alone."""
