"""Adapters for the real services, through boto3."""
