"""Keys whose secret half is printed in a standard or a manual: good for examples, worthless as proof."""

from __future__ import annotations

__all__ = ["published_in"]

_RFC8032 = "RFC 8032, section 7.1"
_EDDSA = "the test vectors of W3C Data Integrity EdDSA Cryptosuites"
_DID_KEY = "the examples of the did:key method"
_PATTERN = "every list of weak secrets"

_PUBLISHED = {
    "z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw": _RFC8032,
    "z6MkiaMbhXHNA4eJVCCj8dbzKzTgYDKf6crKgHVHid1F1WCT": _RFC8032,
    "z6MkwSD8dBdqcXQzKJZQFPy2hh2izzxskndKCjdmC2dBpfME": _RFC8032,
    "z6Mkh7U7jBwoMro3UeHmXes4tKtFbZhMRWejbtunbU4hhvjP": _RFC8032,
    "z6MkvLrkgkeeWeRwktZGShYPiB5YuPkhN2yi3MqMKZMFMgWr": _RFC8032,
    "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2": _EDDSA,
    "z6MktgKTsu1QhX6QPbyqG6geXdw6FQCZBPq7uQpieWbiQiG7": _EDDSA,
    "z6MkhWqdDBPojHA7cprTGTt5yHv5yUi1B8cnXn8ReLumkw6E": _EDDSA,
    "z6MkmEq87wkHCYnWnNZkigeDMGTN7oUw1upkhzd77KuXERS1": _EDDSA,
    "z6Mkm1S51iPHJvDEkJ9MRtxJmT8Pqo6wHipAFwBAjN83vntT": _EDDSA,
    "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK": _DID_KEY,
    "z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH": _DID_KEY,
    "z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG": _DID_KEY,
    "z6MknGc3ocHs3zdPiJbnaaqDi58NGb4pk1Sp9WxWufuXSdxf": _DID_KEY,
    "z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b": "the did:key test suite",
    "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp": _PATTERN,  # 32 zeros
    "z6Mkon3Necd6NkkyfoGoHxid2znGc59LU3K7mubaRcFbLfLX": _PATTERN,  # 32 ones
    "z6MknSLrJoTcukLrE435hVNQT4JUhbvWLX4kUzqkEStBU8Vi": _PATTERN,  # 32 times 255
    "z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd": _PATTERN,  # 0 to 31
    "z6MkneMkZqwqRiU5mJzSG3kDwzt9P8C59N4NGTfBLfSGE7c7": _PATTERN,  # 1 to 32
}


def published_in(multikey: str) -> str | None:
    """Return where the secret half of a key is printed, ``None`` when it is not known to be.

    Example:
        >>> published_in("z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw")
        'RFC 8032, section 7.1'
    """
    return _PUBLISHED.get(multikey)
