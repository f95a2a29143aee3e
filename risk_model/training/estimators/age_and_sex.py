"""A comparator, never published: age and sex alone, by the scorecard of ``contact_points`` without any contacts.

Whatever a model adds, it adds to this: both are known of everybody before any record is looked at.
"""

from __future__ import annotations

from risk_model.training.estimators.contact_points import ContactPoints


class AgeAndSex(ContactPoints):
    """Points for years of age and for being male."""

    name = "age_and_sex"
    plain_name = "Comparator: points for age and sex"
    contacts = ()
