/*
 * The parts of a compiled index.  Only the matcher's own files look in here.
 *
 * A *key* is a word, or a stem, that queries name.  An *atom* is a condition on one token: plain
 * (this folded word) or special (case, signs, stem, wildcards).  A *leaf* is a word or phrase in
 * certain fields: a row of atoms.  Topics are programs over leaves, and *postings* lead from a leaf
 * to the topics to be looked at when it occurs.  0 ends a chain, so links are numbers plus one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "match/interner.h"
#include "match/query.h"
#include "match/regex.h"
#include "model/topic.h"

/* An atom's number: a key's below ATOM_SPECIAL, a special's with it.  Above it there is room. */
enum {
	ATOM_SPECIAL = 1 << 28,
	ATOM_NONE = (1 << 28) - 1,
	ATOM_NUMBER = (1 << 29) - 1,
	/* A run keeps these flags with the number of what holds at a token. */
	ATOM_OPENS_PAIR = 1 << 29,  /* is the first of a pair by which a phrase is found */
	ATOM_CLOSES_PAIR = 1 << 30, /* is the second of one */
};

/*
 * A word or stem.  Its leaf in title and body, which is what most have, is at hand with its slot,
 * so that a run need not branch; a word without one has the matcher's idle leaf and slot 0.
 */
struct key {
	uint64_t head; /* the first eight bytes */
	uint32_t text; /* in the interner's pool */
	uint32_t length;
	uint32_t leaf;
	uint32_t slot;
	uint32_t more;  /* number of its struct key_more, plus one */
	uint32_t flags; /* ATOM_OPENS_PAIR, ATOM_CLOSES_PAIR */
};

/* What few words have: leaves in other fields, and special atoms.  Chains. */
struct key_more {
	uint32_t leaf;
	uint32_t special;
};

/* A token's folded form as tables are asked for it. */
struct probe {
	uint64_t hash;
	uint64_t head; /* the first eight bytes */
};

/* A place in a table of keys. */
struct key_slot {
	uint32_t tag; /* of the hash */
	uint32_t number;
};

struct dictionary {
	struct interner texts;
	struct key *keys;
	size_t count;
	struct key_slot *slots;
	size_t mask;
	uint64_t *filter; /* a bit a hash: most words that are no keys are told so by it */
	size_t filter_mask;
};

/* A condition on a token beyond "this folded word". */
struct special {
	const char *text; /* what the form of `mode` must be, or begin with; with WILDCARD_ONE */
	uint32_t length;
	uint32_t after;
	uint32_t key;  /* number of its word or stem; ATOM_NONE: a wildcard */
	uint32_t next; /* of the key's or prefix's chain */
	uint32_t leaf;
	uint8_t before;
	uint8_t mode; /* enum query_mode */
	bool rest;
	bool one;
	uint32_t flags; /* ATOM_OPENS_PAIR, ATOM_CLOSES_PAIR */
};

/* Wildcards are found by the first bytes of what must be there. */
struct prefix_slot {
	uint64_t head;
	uint32_t length; /* 1 to PREFIX_BYTES_MAX */
	uint32_t special;
};

enum {
	PREFIX_BYTES_MAX = 8, /* as many as fit a key_slot's head */
	PREFIX_LONG = 4,      /* bytes by which prefixes of so many or more are filtered */
	PREFIX_SHORT = 2,     /* the same for the shorter ones */
	FILTER_BITS = 16,     /* for each key: about one in sixteen others passes */
};

struct pair_slot {
	uint32_t first;
	uint32_t second;
	uint32_t leaf;
};

struct leaf {
	uint32_t atoms; /* of a phrase: where its row begins in the index's atoms */
	uint32_t length;
	uint32_t next;  /* of the atom's or pair's chain */
	uint32_t slot;  /* where a run keeps its occurrences; 0: none are wanted */
	uint16_t pair;  /* of a phrase: which of its atoms opens the pair it is found by */
	uint8_t fields; /* enum query_field */
};

/* A posting is a topic's number times two, plus one where the leaf alone makes it match. */
enum {
	POSTING_SURE = 1,
	POSTING_SHIFT = 1,
};

struct regex_leaf {
	struct regex *regex;
	unsigned fields;
};

struct matcher {
	const struct topic *topics;
	size_t topic_count;
	unsigned fields; /* all that any leaf looks at */
	struct dictionary words;
	struct dictionary stems;
	struct special *specials;
	size_t special_count;
	struct prefix_slot *prefix_slots;
	size_t prefix_mask;
	/* Bit n: there are prefixes of n bytes; by a hash of their first PREFIX_LONG or
	 * PREFIX_SHORT. */
	uint16_t *prefix_lengths;
	size_t prefix_lengths_mask;
	uint32_t tiny_prefixes; /* the same of those below PREFIX_SHORT, which are not filtered */
	bool has_wildcards;
	uint32_t any_prefix; /* wildcards without a usable prefix: a chain */
	struct pair_slot *pairs;
	size_t pair_mask;
	uint64_t *pair_filter;
	size_t pair_filter_mask;
	struct leaf *leaves;
	size_t leaf_count; /* also the number of the idle leaf, which always holds and has no
			      postings */
	struct key_more *more;
	size_t more_count;
	uint32_t *atoms;
	size_t atom_count;
	uint32_t slot_count; /* of leaves whose occurrences are wanted */
	uint32_t *postings;
	size_t posting_count;
	uint32_t *posting_starts; /* leaf_count + 2: a leaf's postings end where the next one's
				     begin */
	uint32_t *code;           /* program.h */
	size_t code_count;
	uint32_t *programs; /* where each topic's begins */
	uint32_t *always;   /* topics without a term that must be there */
	size_t always_count;
	struct regex_leaf *regexes;
	size_t regex_count;
	struct interner special_texts;
};

static inline uint64_t head_mask(size_t length)
{
	return length >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * length)) - 1;
}

static inline uint64_t mix(uint64_t value)
{
	value *=
		UINT64_C(0x9E3779B97F4A7C15); /* 2^64 / golden ratio: Knuth's multiplicative hash */
	return value ^ value >> 32;
}

static inline uint64_t form_load(const char *form, size_t length)
{
	uint64_t head;

	memcpy(&head, form, sizeof(head));
	return head & head_mask(length);
}

/*
 * The hash of a form of `length` bytes behind which 8 bytes may be read, from its first eight bytes
 * (*ret_head) and its last.
 */
static inline uint64_t form_hash(const char *form, size_t length, uint64_t *ret_head)
{
	uint64_t head = form_load(form, length);
	const char *tail = length > 8 ? form + length - 8 : form;

	*ret_head = head;
	return mix(mix(head + length) ^ form_load(tail, length));
}

static inline bool filter_has(const uint64_t *filter, size_t mask, uint64_t hash)
{
	size_t bit = (hash >> 16) & mask;

	return filter[bit / 64] >> (bit % 64) & 1;
}

static inline void filter_add(uint64_t *filter, size_t mask, uint64_t hash)
{
	size_t bit = (hash >> 16) & mask;

	filter[bit / 64] |= UINT64_C(1) << (bit % 64);
}

/* The key with this form, or NULL. */
static inline const struct key *dictionary_find(const struct dictionary *dictionary,
	const char *form, size_t length, const struct probe *probe)
{
	uint32_t tag = (uint32_t)(probe->hash >> 32);
	size_t i = probe->hash & dictionary->mask;

	for (; dictionary->slots[i].number; i = (i + 1) & dictionary->mask) {
		const struct key *key = &dictionary->keys[dictionary->slots[i].number - 1];

		if (dictionary->slots[i].tag != tag || key->head != probe->head ||
			key->length != length)
			continue;
		if (length <= sizeof(key->head) ||
			memcmp(dictionary->texts.pool.bytes + key->text, form, length) == 0)
			return key;
	}
	return NULL;
}

static inline uint64_t pair_hash(uint32_t first, uint32_t second)
{
	return mix((uint64_t)first << 32 | second);
}

static inline size_t prefix_hash(uint64_t head, size_t length)
{
	return mix((head & head_mask(length)) + length);
}

/* First of the chain of phrases found by the pair, or 0. */
uint32_t pair_find(const struct matcher *matcher, uint32_t first, uint32_t second, uint64_t hash);

/* First of the chain of wildcards that begin with the `length` bytes of `head`, or 0. */
uint32_t prefix_find(const struct matcher *matcher, uint64_t head, size_t length);
