"""What impressions are worth and what they, class means and models give away: pure functions."""
