"""The composition root: wires stores, buses, deliveries and targets together."""
