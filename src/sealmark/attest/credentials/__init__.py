"""Credentials: what a certificate, a personal certificate, an award or an endorsement says, as a document to sign."""
