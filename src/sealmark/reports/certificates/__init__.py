"""Certificates as documents: what a signed credential says, set on paper, with the credential inside.

``rendering.render_certificate(bundle, *, languages, look=None, annex=None, edition=None) -> bytes``: PDF/A-3a and
PDF/UA-1, ``certificate.json`` attached; ``bundle`` is the content of that file.

``design.read_design(content, name) -> CertificateDesign``: how the certificates of a body look, from YAML or JSON;
``Look(design, logo)`` is what a document takes of it; ``look=None`` is the plain one.

``signing.sign_pdf(content, signer, *, at, reason="") -> bytes``: a PAdES signature over the document.
"""
