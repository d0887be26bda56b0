"""A client of AWS services without botocore, for the functions that every request waits for."""
