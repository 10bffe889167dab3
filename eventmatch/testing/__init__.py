"""What helps to test with event patterns.

`strategies` holds Hypothesis strategies; it needs the extra `eventmatch[hypothesis]`.
"""
