"""What every part of Keikaku shares: text, years, the plan and its links.

Runs on Python 3.10 (Rasa) and 3.11 (everything else); imports neither Rasa nor torch.
"""
