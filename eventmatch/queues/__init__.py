"""An embedded queue and topic with the semantics of SQS and SNS."""
