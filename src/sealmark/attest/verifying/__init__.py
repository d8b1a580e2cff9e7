"""Verifying: from whatever somebody was given as a certificate to one plain answer, and what it rests on."""
