"""Event buses: the control plane, the envelope, payloads, archives. Buses know no adapter."""
