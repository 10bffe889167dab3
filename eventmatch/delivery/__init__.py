"""One way to hand an event over: durable, retried, and dead-lettered when nothing helps.

Knows neither rules nor functions. What uses it says where the deliveries of a lane go
(`Destinations`); what is below keeps them (`DeliveryStore`).
"""
