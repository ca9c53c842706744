"""Engines: what matches, counts, sorts and fetches, behind the contract of `search.engine`."""
