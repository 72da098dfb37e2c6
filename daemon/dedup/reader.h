/*
 * An article taken in to be set beside others: its sentences that count, the weight of each word,
 * neighbouring names and numbers, and how common its sentences are.  An article that is compared
 * with several is also indexed: then each of them costs a look-up for each of its words.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dedup/commonness.h"
#include "dedup/fingerprint_view.h"

enum {
	READER_WORDS_MAX = 2048,
	READER_SLOTS = 4096, /* of a hash table: a power of two, twice what is put in */
	READER_PAIRS_MAX = 2 * READER_WORDS_MAX,
};

/* A sentence beside its best counterpart in the other article. */
struct counterpart {
	float soft;      /* weight of its words which the counterpart has, 0 to 1 */
	float hard;      /* share of its runs of three words which the other article has */
	float worth;     /* 1, or less for what other stories have too */
	uint16_t number; /* of the counterpart; UINT16_MAX none */
	uint8_t numbers; /* that it has, and of these the counterpart too */
	uint8_t numbers_shared;
	uint8_t names;
	uint8_t names_shared;
};

/* The sentences in which a word stands, in their order: a chain of places. */
struct place {
	uint16_t sentence;
	uint16_t next; /* 1 + place; 0 none */
};

struct places {
	uint16_t first; /* 1 + place; 0 none */
	uint16_t last;
};

/* Some of an article's words. */
struct selection {
	uint16_t words[READER_WORDS_MAX];
	uint16_t starts[FINGERPRINT_SENTENCES_MAX + 1]; /* of each sentence, in `words` */
};

/* A word of the vocabulary. */
struct vocabulary_word {
	uint32_t code;  /* as it stood first */
	uint16_t word;  /* where that was */
	uint16_t times; /* in the text; 0: it stands in the title alone */
};

/* What an indexed article can be asked. */
struct vocabulary {
	struct vocabulary_word entries[READER_WORDS_MAX];
	size_t count;
	uint32_t mask;                          /* of the slots in use */
	uint16_t slots[READER_SLOTS];           /* 1 + entry; 0 free */
	struct places places[READER_WORDS_MAX]; /* of the entries, after reader_index_sentences() */
	uint32_t shingle_mask;                  /* 0 before that */
	uint32_t shingles[READER_SLOTS];        /* set; 0 free */
	uint16_t shingle_of[READER_WORDS_MAX];  /* slot of that which begins with the word */
};

struct reader {
	const struct fingerprint *fingerprint;
	struct sentence sentences[FINGERPRINT_SENTENCES_MAX]; /* those that count */
	size_t sentence_count;
	bool thin; /* hardly any prose: furniture counts too */
	size_t word_count;
	float weights[READER_WORDS_MAX]; /* by word of the fingerprint */
	/*
	 * The words that count, and the names and numbers, in their order: lists, because which are
	 * among them is hard to foretell for a processor.
	 */
	struct selection counted;
	struct selection anchors;
	struct place places[READER_WORDS_MAX];
	size_t place_count;
	uint32_t pairs[READER_PAIRS_MAX]; /* of names and numbers, each once */
	float pair_weights[READER_PAIRS_MAX];
	uint8_t pair_times[READER_PAIRS_MAX];
	size_t pair_count;
	uint32_t pair_mask;
	uint16_t pair_slots[2 * READER_SLOTS]; /* 1 + pair; 0 free */
	/* The hash of each sentence, and that without names and numbers: by this templates are
	 * known. */
	uint32_t wholes[FINGERPRINT_SENTENCES_MAX];
	uint32_t frames[FINGERPRINT_SENTENCES_MAX];
	struct sentence_uses uses[FINGERPRINT_SENTENCES_MAX];
	float worth[FINGERPRINT_SENTENCES_MAX];
	/*
	 * Of a stock sentence filled in with names and numbers: its hash with these (else 0), and
	 * how common that is.  The issue of a form is known by what it is filled in with.
	 */
	uint32_t filled[FINGERPRINT_SENTENCES_MAX];
	struct sentence_uses filled_uses[FINGERPRINT_SENTENCES_MAX];
	float filled_worth[FINGERPRINT_SENTENCES_MAX];
	struct vocabulary vocabulary; /* after reader_index() */
	/*
	 * By word: 1 + its entry in the vocabulary of the article that is indexed; 0 none, or the
	 * word does not count.
	 */
	uint16_t entry_of[READER_WORDS_MAX];
	/* After evidence_gather(): */
	struct counterpart counterparts[FINGERPRINT_SENTENCES_MAX];
	bool found[READER_WORDS_MAX]; /* in the other article */
};

/* A word that stands in about half of the stories, or has three letters, tells nothing. */
#define READER_WEIGHT_MIN 1.2F

static inline bool reader_counts(const struct reader *reader, size_t word)
{
	return reader->weights[word] >= READER_WEIGHT_MIN;
}

static inline bool word_is_anchor(uint32_t code)
{
	return word_kind(code) >= WORD_NAME;
}

/* Takes an article's words and pairs in. */
void reader_take_words(struct reader *reader, const struct fingerprint *fingerprint,
	const struct commonness *commonness);

/*
 * Then its sentences, with how common they are.  `story` is its story's key (low bits) or 0 for a
 * new article.
 */
void reader_take_sentences(
	struct reader *reader, const struct commonness *commonness, uint32_t story);

/* Both. */
void reader_open(struct reader *reader, const struct fingerprint *fingerprint,
	const struct commonness *commonness, uint32_t story);

/* Indexes an open reader's words, each once, for others to be set against it. */
void reader_index(struct reader *reader);

/* Then where they stand, and its runs of words: evidence_meet_runs() does it when it first must. */
void reader_index_sentences(struct reader *reader);

/* Values the article's sentences anew, for a comparison with an article of `story`. */
void reader_value(struct reader *reader, uint32_t story);

/* The entry of a word in an indexed article: 1 + its number; 0 none. */
static inline uint16_t vocabulary_find(const struct vocabulary *vocabulary, uint32_t code)
{
	uint32_t identity = word_identity(code);
	uint32_t slot = identity & vocabulary->mask;

	while (vocabulary->slots[slot] != 0 &&
		word_identity(vocabulary->entries[vocabulary->slots[slot] - 1].code) != identity)
		slot = (slot + 1) & vocabulary->mask;
	return vocabulary->slots[slot];
}

/* The slot of a run of words in an indexed article, or READER_SLOTS. */
static inline uint32_t vocabulary_shingle(const struct vocabulary *vocabulary, uint32_t hash)
{
	uint32_t slot = hash & vocabulary->shingle_mask;

	while (vocabulary->shingles[slot] != 0 && vocabulary->shingles[slot] != hash)
		slot = (slot + 1) & vocabulary->shingle_mask;
	return vocabulary->shingles[slot] == hash ? slot : READER_SLOTS;
}

/* The number of a pair, or READER_PAIRS_MAX. */
static inline size_t reader_find_pair(const struct reader *reader, uint32_t hash)
{
	uint32_t slot = hash & reader->pair_mask;

	while (reader->pair_slots[slot] != 0 && reader->pairs[reader->pair_slots[slot] - 1] != hash)
		slot = (slot + 1) & reader->pair_mask;
	return reader->pair_slots[slot] ? reader->pair_slots[slot] - 1U : READER_PAIRS_MAX;
}

/* Adds `sentence` to the sentences of a word, if it is not the last of them. */
void reader_add_place(struct reader *reader, struct places *places, size_t sentence);

enum {
	READER_SHINGLE_WORDS = 3,
};

static inline uint32_t word_mix(uint32_t hash)
{
	hash ^= hash >> 16;
	hash *= 0x7feb352dU;
	hash ^= hash >> 15;
	hash *= 0x846ca68bU;
	return hash ^ (hash >> 16);
}

#define WORD_ROLL 0x9e3779b1U

/* One step of a hash over words in order. */
static inline uint32_t word_roll(uint32_t hash, uint32_t code)
{
	return hash * WORD_ROLL + word_identity(code) + 1;
}

/* After the last of them. */
static inline uint32_t shingle_end(uint32_t hash)
{
	hash = word_mix(hash);
	return hash ? hash : 1;
}

/*
 * The shingles of a sentence, `length` words each: the hash from which shingle_next() gives them,
 * one after the other.
 */
static inline uint32_t shingle_start(
	const struct sentence *sentence, const uint32_t *codes, size_t length)
{
	uint32_t hash = 0;

	for (size_t i = 0; i + 1 < length && i < sentence->count; i++)
		hash = word_roll(hash, codes[i]);
	return hash;
}

/* The shingle that begins at `codes`. */
static inline uint32_t shingle_next(uint32_t *hash, const uint32_t *codes, size_t length)
{
	uint32_t all = word_roll(*hash, codes[length - 1]);
	uint32_t power = 1;

	for (size_t i = 1; i < length; i++)
		power *= WORD_ROLL;
	*hash = all - (word_identity(codes[0]) + 1) * power;
	return shingle_end(all);
}

/* The hash of two words in either order. */
static inline uint32_t pair_hash(uint32_t a, uint32_t b)
{
	uint32_t x = word_identity(a);
	uint32_t y = word_identity(b);

	return word_mix(word_mix((x < y ? x : y) + 0x51ed27U) * 31 + (x < y ? y : x));
}
