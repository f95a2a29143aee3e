"""A person's rights over everything a run wrote: results, lists and published versions beside what features holds."""
