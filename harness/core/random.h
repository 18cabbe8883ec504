/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random streams. A stream depends on nothing but its four keys, so that each task, strategy and
 * use has one of its own that no other's draws can shift. The numbers are xoshiro256**; the keys
 * are hashed with the finaliser of splitmix64. Inline, without calls or locks: tasks draw at every
 * point. What a stream yields is part of what a seed means: a change makes old plans untrue.
 */
#ifndef SABOT_CORE_RANDOM_H
#define SABOT_CORE_RANDOM_H

#include <stdint.h>

/* Plain data: may live in shared memory and be copied; a copy goes on alike. */
struct random {
	uint64_t state[4];
};

#define RANDOM_GOLDEN UINT64_C(0x9e3779b97f4a7c15)

/* A bijection whose every output bit depends on every input bit; 0 stays 0. */
static inline uint64_t random_mix(uint64_t value)
{
	value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
	return value ^ (value >> 31);
}

/* Hashes `key` into `hash`. Chained as random_join(random_join(a, b), c); the order matters. */
static inline uint64_t random_join(uint64_t hash, uint64_t key)
{
	return random_mix(hash ^ random_mix(key + RANDOM_GOLDEN));
}

/*
 * Starts a stream. Streams whose keys differ in anything are independent; the same keys give the
 * same stream. Names become keys by random_text_hash().
 */
static inline void random_seed_stream(struct random *random, uint64_t seed, uint64_t key1,
				      uint64_t key2, uint64_t use)
{
	uint64_t hash = random_join(random_join(random_join(seed, key1), key2), use);

	/* Four distinct inputs of a bijection: at most one gives 0, and all four would be fatal. */
	for (unsigned i = 0; i < 4; i++) {
		hash += RANDOM_GOLDEN;
		random->state[i] = random_mix(hash);
	}
}

static inline uint64_t random_rotate_(uint64_t value, unsigned bits)
{
	return (value << bits) | (value >> (64 - bits));
}

/* The stream's next 64 bits. */
static inline uint64_t random_next(struct random *random)
{
	uint64_t *state = random->state;
	const uint64_t result = random_rotate_(state[1] * 5, 7) * 9;
	const uint64_t shifted = state[1] << 17;

	state[2] ^= state[0];
	state[3] ^= state[1];
	state[1] ^= state[2];
	state[0] ^= state[3];
	state[2] ^= shifted;
	state[3] = random_rotate_(state[3], 45);
	return result;
}

/* One of 0 .. bound-1 without bias, 0 for bound 0. By Lemire's method: rarely a division. */
static inline uint64_t random_below(struct random *random, uint64_t bound)
{
	__extension__ unsigned __int128 product = random_next(random);

	product *= bound;
	if ((uint64_t)product < bound) {
		const uint64_t threshold = (0 - bound) % bound;

		while ((uint64_t)product < threshold) {
			product = random_next(random);
			product *= bound;
		}
	}
	return (uint64_t)(product >> 64);
}

/* FNV-1a of a name, 64 bits: a key for random_seed_stream() or random_join(). */
uint64_t random_text_hash(const char *text);

#endif
