// Prime numbers, by the sieve of Eratosthenes.

/** All primes up to and including `limit`, in order. */
export function primesUpTo(limit) {
  const isPrime = new Array(limit + 1).fill(true);
  const primes = [];
  for (let number = 2; number <= limit; number += 1) {
    if (!isPrime[number]) continue;
    primes.push(number);
    for (let multiple = number * number; multiple <= limit; multiple += number) {
      isPrime[multiple] = false;
    }
  }
  return primes;
}
