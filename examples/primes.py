"""Prime numbers, by the sieve of Eratosthenes."""

import sys


def primes_up_to(limit):
    """All primes up to and including `limit`, in order."""
    is_prime = [True] * (limit + 1)
    primes = []
    for number in range(2, limit + 1):
        if is_prime[number]:
            primes.append(number)
            for multiple in range(number * number, limit + 1, number):
                is_prime[multiple] = False
    return primes


if __name__ == "__main__":
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    print(*primes_up_to(limit))
