import unittest

from leap_years import is_leap_year


class LeapYearsTest(unittest.TestCase):
    def test_every_fourth_year_is_one(self):
        self.assertTrue(is_leap_year(2024))
        self.assertFalse(is_leap_year(2023))

    def test_a_century_is_none(self):
        self.assertFalse(is_leap_year(1900))

    def test_every_fourth_century_is_one(self):
        self.assertTrue(is_leap_year(2000), "2000 was a leap year")


if __name__ == "__main__":
    unittest.main()
