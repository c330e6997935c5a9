"""The fleet: which reports are wanted for which selling partners, and when. Pure: it knows no AWS and no environment.

The one part of `lambdas/` that deploy time imports too, so that synth, plan and run time read one file in one way.
"""
