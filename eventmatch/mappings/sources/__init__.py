"""Sources by their ARN: embedded ones, and those of AWS."""
