import unittest

from primes import primes_up_to


class PrimesTest(unittest.TestCase):
    def test_the_first_primes(self):
        self.assertEqual(primes_up_to(20), [2, 3, 5, 7, 11, 13, 17, 19])

    def test_the_limit_itself_counts(self):
        self.assertEqual(primes_up_to(7)[-1], 7)

    def test_there_are_none_below_two(self):
        self.assertEqual(primes_up_to(1), [])

    def test_there_are_168_below_a_thousand(self):
        self.assertEqual(len(primes_up_to(1000)), 168)


if __name__ == "__main__":
    unittest.main()
