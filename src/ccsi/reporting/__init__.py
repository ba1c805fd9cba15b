"""What a reader of a run gets: metrics, tables, figures, contact sheets and a page. No torch."""
