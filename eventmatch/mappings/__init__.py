"""Event source mappings: what polls queues and streams, and invokes functions with batches."""
