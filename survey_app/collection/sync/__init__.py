"""Forms that devices bring: sealed, sent again and again until confirmed, and never thrown away by the server."""
