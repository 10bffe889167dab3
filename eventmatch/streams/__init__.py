"""Embedded streams with shards, as Kinesis has them."""
