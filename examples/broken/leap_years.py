"""Leap years, with a mistake that its test finds."""


def is_leap_year(year):
    """Whether `year` has a 29th of February."""
    return year % 4 == 0 and year % 100 != 0
