"""What a person may ask of what is held about them: to see it, to have it put right, to object, to have it erased.

``place.py`` says what a place is, ``places.py`` lists those of this package (``risk_model.rights`` adds its own). A new
place that holds people is one entry there; a test walks a workspace and fails at a file that no place claims.
"""
