#include "match/token_atoms.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/utf8.h>

#include "base/array.h"

/* A text being looked through. */
struct reading {
	const struct matcher *matcher;
	struct match_scratch *scratch;
	const struct token_list *tokens;
	unsigned field;
	uint32_t base; /* position of the first token */
};

static size_t character_length(const char *form, size_t length)
{
	size_t i = 0;

	U8_FWD_1((const uint8_t *)form, i, length);
	return i;
}

/* Whether `form` is `text`, in which WILDCARD_ONE is any character; `rest`: or begins with it. */
static bool wildcard_matches(
	const char *text, size_t text_length, bool rest, const char *form, size_t length)
{
	static const char one[] = "\xEF\xB7\x90"; /* WILDCARD_ONE */
	const size_t one_length = sizeof(one) - 1;

	while (text_length > 0) {
		size_t used;

		if (length == 0)
			return false;
		used = character_length(form, length);
		if (text_length >= one_length && memcmp(text, one, one_length) == 0) {
			text += one_length;
			text_length -= one_length;
		} else if (text_length >= used && memcmp(text, form, used) == 0) {
			text += used;
			text_length -= used;
		} else {
			return false;
		}
		form += used;
		length -= used;
	}
	return rest || length == 0;
}

/* Notes the leaves of a chain that are of this field. */
static int add_leaves(const struct reading *reading, uint32_t chain, uint32_t token)
{
	const struct matcher *matcher = reading->matcher;
	int r = 0;

	for (; chain && r >= 0; chain = matcher->leaves[chain - 1].next) {
		if (!(matcher->leaves[chain - 1].fields & reading->field))
			continue;
		/* lang: by leading subtags (5). */
		if (reading->field == FIELD_LANG && token != 0)
			continue;
		r = occurrences_add(
			&reading->scratch->found, matcher, chain - 1, reading->base + token);
	}
	return r;
}

static bool special_holds(
	const struct special *special, const struct token_list *list, const struct token *token)
{
	const char *form = list->folded + token->folded;
	size_t length = token->folded_length;

	if ((special->before && special->before != token->before) ||
		(special->after && special->after != token->after))
		return false;
	if (special->mode == MODE_STEMMED)
		return true; /* the chain is the stem's */
	if (special->mode == MODE_EXACT) {
		form = list->raw + token->raw;
		length = token->raw_length;
	} else if (special->key != ATOM_NONE) {
		return true; /* the chain is the word's */
	}
	if (special->one || special->rest)
		return wildcard_matches(
			special->text, special->length, special->rest, form, length);
	return length == special->length && memcmp(form, special->text, length) == 0;
}

/* Notes the special atoms of a chain that hold at the token. */
static int add_specials(const struct reading *reading, uint32_t chain, uint32_t index)
{
	struct match_scratch *scratch = reading->scratch;
	const struct token *token = &reading->tokens->tokens[index];
	int r;

	for (; chain; chain = reading->matcher->specials[chain - 1].next) {
		const struct special *special = &reading->matcher->specials[chain - 1];

		if (!special_holds(special, reading->tokens, token))
			continue;
		r = array_grow((void **)&scratch->extras, &scratch->extra_size,
			scratch->extra_count, sizeof(*scratch->extras));
		if (r < 0)
			return r;
		scratch->extras[scratch->extra_count++] =
			(struct extra){index, ATOM_SPECIAL | (chain - 1) | special->flags};
		r = add_leaves(reading, special->leaf, index);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_stems(const struct reading *reading, uint32_t index)
{
	const struct dictionary *stems = &reading->matcher->stems;
	const struct token *token = &reading->tokens->tokens[index];
	/* The stem in room of its own: forms are read eight bytes at a time. */
	char room[STEM_BYTES_MAX + TOKENS_PADDING] = {0};
	size_t length;
	const char *stem = stemmer_stem(reading->scratch->stemmer,
		reading->tokens->folded + token->folded, token->folded_length, &length);
	const struct key *key;
	struct probe probe;

	if (length <= STEM_BYTES_MAX) {
		memcpy(room, stem, length);
		stem = room;
	}
	probe.hash = form_hash(stem, length, &probe.head);
	key = dictionary_find(stems, stem, length, &probe);
	if (!key || !key->more)
		return 0;
	return add_specials(reading, reading->matcher->more[key->more - 1].special, index);
}

/* Looks up the prefixes of a token of all `lengths`. */
static int add_prefixes(
	const struct reading *reading, uint64_t head, uint32_t lengths, uint32_t index)
{
	int r = 0;

	for (; lengths && r >= 0; lengths &= lengths - 1) {
		unsigned length = (unsigned)__builtin_ctz(lengths);
		uint32_t chain = prefix_find(reading->matcher, head & head_mask(length), length);

		if (chain)
			r = add_specials(reading, chain, index);
	}
	return r;
}

/* The lengths of prefixes that a token with this head may begin with. */
static inline uint32_t possible_lengths(
	const struct matcher *matcher, uint64_t head, size_t token_length)
{
	const uint16_t *lengths = matcher->prefix_lengths;
	size_t mask = matcher->prefix_lengths_mask;
	uint32_t fit = token_length < PREFIX_BYTES_MAX ? (2U << token_length) - 1 : UINT32_MAX;

	return fit &
		(lengths[prefix_hash(head, PREFIX_LONG) & mask] |
			lengths[prefix_hash(head, PREFIX_SHORT) & mask] | matcher->tiny_prefixes);
}

static int read_wildcards(const struct reading *reading)
{
	const struct matcher *matcher = reading->matcher;
	const struct token *tokens = reading->tokens->tokens;
	const struct probe *probes = reading->scratch->probes;
	uint32_t *candidates = reading->scratch->candidates;
	size_t token_count = reading->tokens->count;
	size_t count = 0;
	int r = 0;

	for (uint32_t i = 0; i < token_count; i++) {
		candidates[count] = i;
		count += possible_lengths(matcher, probes[i].head, tokens[i].folded_length) != 0;
	}
	for (size_t i = 0; i < count && r >= 0; i++) {
		uint32_t index = candidates[i];
		uint64_t head = probes[index].head;

		r = add_prefixes(reading, head,
			possible_lengths(matcher, head, tokens[index].folded_length), index);
	}
	for (uint32_t i = 0; i < token_count && matcher->any_prefix && r >= 0; i++)
		r = add_specials(reading, matcher->any_prefix, i);
	return r;
}

/* What a word that queries name brings besides its leaf in title and body. */
static int add_more(const struct reading *reading, const struct key *key, uint32_t index)
{
	const struct key_more *more = &reading->matcher->more[key->more - 1];
	int r;

	r = add_leaves(reading, more->leaf, index);
	return r < 0 ? r : add_specials(reading, more->special, index);
}

/*
 * Hashes all tokens and gathers those that may be keys.  A loop of its own and without branches:
 * which words are keys cannot be foretold, and so the next ones need not wait for it.
 */
static size_t probe_tokens(const struct reading *reading)
{
	const uint64_t *filter = reading->matcher->words.filter;
	size_t mask = reading->matcher->words.filter_mask;
	const struct token *tokens = reading->tokens->tokens;
	const char *folded = reading->tokens->folded;
	size_t token_count = reading->tokens->count;
	uint32_t *candidates = reading->scratch->candidates;
	struct probe *probes = reading->scratch->probes;
	uint32_t *atoms = reading->scratch->atoms;
	size_t count = 0;

	for (uint32_t i = 0; i < token_count; i++) {
		struct probe probe;

		probe.hash =
			form_hash(folded + tokens[i].folded, tokens[i].folded_length, &probe.head);
		probes[i] = probe;
		atoms[i] = ATOM_NONE;
		candidates[count] = i;
		count += filter_has(filter, mask, probe.hash);
	}
	return count;
}

/* Fetches ahead what read_words() will look at. */
static void fetch_keys(const struct reading *reading, size_t count)
{
	const struct dictionary *words = &reading->matcher->words;
	const struct match_scratch *scratch = reading->scratch;

	for (size_t i = 0; i < count; i++) {
		size_t slot = scratch->probes[scratch->candidates[i]].hash & words->mask;

		__builtin_prefetch(&words->keys[words->slots[slot].number]);
	}
}

static int read_words(const struct reading *reading)
{
	const struct dictionary *words = &reading->matcher->words;
	const struct token *tokens = reading->tokens->tokens;
	struct match_scratch *scratch = reading->scratch;
	const uint32_t *candidates = scratch->candidates;
	uint32_t *atoms = scratch->atoms;
	bool plain = reading->field & FIELD_DEFAULT;
	size_t count = probe_tokens(reading);
	int r = 0;

	fetch_keys(reading, count);
	for (size_t i = 0; i < count && r >= 0; i++) {
		uint32_t index = candidates[i];
		const struct key *key =
			dictionary_find(words, reading->tokens->folded + tokens[index].folded,
				tokens[index].folded_length, &scratch->probes[index]);

		if (!key)
			continue;
		atoms[index] = (uint32_t)(key - words->keys) | key->flags;
		if (plain)
			occurrences_note(
				&scratch->found, key->leaf, key->slot, reading->base + index);
		if (key->more)
			r = add_more(reading, key, index);
	}
	return r;
}

static int compare_extras(const void *a, const void *b)
{
	const struct extra *left = a;
	const struct extra *right = b;

	return left->token < right->token ? -1 : left->token > right->token;
}

/* Finds the atoms that hold at each token. */
static int read_tokens(const struct reading *reading)
{
	struct match_scratch *scratch = reading->scratch;
	int r;

	scratch->extra_count = 0;
	r = read_words(reading);
	if (reading->matcher->has_wildcards && r >= 0)
		r = read_wildcards(reading);
	if (reading->matcher->stems.count > 0)
		for (uint32_t i = 0; i < reading->tokens->count && r >= 0; i++)
			r = add_stems(reading, i);
	if (scratch->extra_count > 1)
		qsort(scratch->extras, scratch->extra_count, sizeof(*scratch->extras),
			compare_extras);
	return r;
}

/* The first extra of the token or a later one. */
static size_t first_extra(const struct match_scratch *scratch, uint32_t token)
{
	size_t low = 0;
	size_t high = scratch->extra_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (scratch->extras[middle].token < token)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool atom_holds(const struct match_scratch *scratch, uint32_t token, uint32_t atom)
{
	if (!(atom & ATOM_SPECIAL))
		return (scratch->atoms[token] & ATOM_NUMBER) == atom;
	for (size_t i = first_extra(scratch, token);
		i < scratch->extra_count && scratch->extras[i].token == token; i++)
		if ((scratch->extras[i].atom & ATOM_NUMBER) == atom)
			return true;
	return false;
}

/* Whether the phrase, whose pair was found at `token`, stands there in full. */
static bool phrase_holds(const struct reading *reading, const struct leaf *leaf, uint32_t token)
{
	const uint32_t *atoms = reading->matcher->atoms + leaf->atoms;
	uint32_t start;

	if (token < leaf->pair || leaf->length > reading->tokens->count - (token - leaf->pair))
		return false;
	start = token - leaf->pair;
	for (uint32_t i = 0; i < leaf->length; i++)
		if (i != leaf->pair && i != leaf->pair + 1U &&
			!atom_holds(reading->scratch, start + i, atoms[i]))
			return false;
	return true;
}

/* Notes the phrases that are found by the pair of atoms, the first at `token`. */
static int add_phrases(
	const struct reading *reading, uint32_t first, uint32_t second, uint32_t token)
{
	const struct matcher *matcher = reading->matcher;
	uint32_t chain;
	uint64_t hash;
	int r;

	if (!(first & ATOM_OPENS_PAIR) || !(second & ATOM_CLOSES_PAIR))
		return 0;
	first &= ATOM_NUMBER;
	second &= ATOM_NUMBER;
	hash = pair_hash(first, second);
	if (!filter_has(matcher->pair_filter, matcher->pair_filter_mask, hash))
		return 0;
	chain = pair_find(matcher, first, second, hash);
	for (; chain; chain = matcher->leaves[chain - 1].next) {
		const struct leaf *leaf = &matcher->leaves[chain - 1];
		uint32_t start = token - leaf->pair;

		if (!(leaf->fields & reading->field) || !phrase_holds(reading, leaf, token))
			continue;
		if (reading->field == FIELD_LANG && start != 0)
			continue;
		r = occurrences_add(
			&reading->scratch->found, matcher, chain - 1, reading->base + start);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The pairs in which an extra takes part: with the plain atoms beside it, and the next's extras. */
static int read_extra(const struct reading *reading, size_t index)
{
	const struct match_scratch *scratch = reading->scratch;
	struct extra extra = scratch->extras[index];
	int r = 0;

	if (extra.token > 0)
		r = add_phrases(
			reading, scratch->atoms[extra.token - 1], extra.atom, extra.token - 1);
	if (extra.token + 1 == reading->tokens->count || r < 0)
		return r;
	r = add_phrases(reading, extra.atom, scratch->atoms[extra.token + 1], extra.token);
	for (index++; index < scratch->extra_count && r >= 0; index++) {
		if (scratch->extras[index].token > extra.token + 1)
			break;
		if (scratch->extras[index].token == extra.token + 1)
			r = add_phrases(
				reading, extra.atom, scratch->extras[index].atom, extra.token);
	}
	return r;
}

static int read_pairs(const struct reading *reading)
{
	const struct match_scratch *scratch = reading->scratch;
	const uint32_t *atoms = scratch->atoms;
	uint32_t *candidates = scratch->candidates;
	size_t token_count = reading->tokens->count;
	size_t count = 0;
	int r = 0;

	/* The first's opening flag and the second's closing one, shifted to meet. */
	for (uint32_t i = 1; i < token_count; i++) {
		candidates[count] = i - 1;
		count += (atoms[i - 1] << 1 & atoms[i] & ATOM_CLOSES_PAIR) != 0;
	}
	for (size_t i = 0; i < count && r >= 0; i++)
		r = add_phrases(
			reading, atoms[candidates[i]], atoms[candidates[i] + 1], candidates[i]);
	for (size_t i = 0; i < scratch->extra_count && r >= 0; i++)
		r = read_extra(reading, i);
	return r;
}

static int reserve(struct match_scratch *scratch, size_t count)
{
	int r;

	r = array_reserve(
		(void **)&scratch->atoms, &scratch->atom_size, count, sizeof(*scratch->atoms));
	if (r >= 0)
		r = array_reserve((void **)&scratch->probes, &scratch->probe_size, count,
			sizeof(*scratch->probes));
	if (r >= 0)
		r = array_reserve((void **)&scratch->candidates, &scratch->candidate_size, count,
			sizeof(*scratch->candidates));
	return r < 0 ? r : occurrences_reserve(&scratch->found, count);
}

int find_leaves(const struct matcher *matcher, struct match_scratch *scratch,
	const struct token_list *tokens, unsigned field, uint32_t base)
{
	const struct reading reading = {matcher, scratch, tokens, field, base};
	int r;

	/* The places without branches are written once more than they are kept. */
	r = reserve(scratch, tokens->count + 1);
	if (r >= 0)
		r = read_tokens(&reading);
	return r < 0 ? r : read_pairs(&reading);
}
