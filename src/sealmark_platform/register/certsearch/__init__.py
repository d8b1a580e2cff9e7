"""The register in the shape of IAF CertSearch's template: written for other registers, read from them."""
