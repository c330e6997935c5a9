"""A thin HTTP client for Amazon's Selling Partner API: Reports 2021-06-30, Tokens 2021-03-01 and Login with Amazon.

It knows neither Lambda nor boto3 nor the environment.
"""
