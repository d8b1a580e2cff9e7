"""Certificates as documents: what a signed credential says, set on paper, with the credential inside.

``rendering.render_certificate(bundle, *, languages, design=None, logo=None, annex=None) -> bytes``: PDF/A-3a and
PDF/UA-1, ``certificate.json`` attached; ``bundle`` is the content of that file.

``design.read_design(content, name) -> CertificateDesign``: how the certificates of a body look, from YAML or JSON;
``design=None`` is the plain one.

``signing.sign_pdf(content, signer, *, at, reason="") -> bytes``: a PAdES signature over the document.
"""
