"""trailkit: ask CloudTrail a question."""
