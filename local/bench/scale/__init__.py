"""The scale bench: thousands of scheduled reports at one time, with AWS's and Amazon's quotas, on a virtual clock."""
