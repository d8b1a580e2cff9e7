"""A transparency log: Merkle tree, proofs, tiles, signed checkpoints, and what a witness does (RFC 6962, C2SP)."""
