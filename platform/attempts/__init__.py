"""One judged run of a submission: queued, leased, judged once, watched live and explained."""
