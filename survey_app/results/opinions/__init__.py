"""What people wrote in their own words: themes by lists of terms, searching, quotations after review."""
