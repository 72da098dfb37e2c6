#include "match/token_atoms.h"

#include <errno.h>
#include <string.h>
#include <unicode/utf8.h>

#include "match/matcher_build.h"
#include "text/normalizer.h"

/* A text being looked through. */
struct reading {
	const struct matcher *matcher;
	struct match_scratch *scratch;
	const struct token_list *tokens;
	unsigned field;
	uint32_t base;
};

static size_t character_length(const char *form, size_t length)
{
	size_t i = 0;

	U8_FWD_1((const uint8_t *)form, i, length);
	return i;
}

bool wildcard_matches(
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
			(struct extra){index, ATOM_SPECIAL | (chain - 1)};
		r = add_leaves(reading, special->leaf, index);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_stems(const struct reading *reading, uint32_t index)
{
	const struct token *token = &reading->tokens->tokens[index];
	/* The stem in room of its own: keys are read eight bytes at a time. */
	char room[STEM_BYTES_MAX + TOKENS_PADDING] = {0};
	size_t length;
	const char *stem = stemmer_stem(reading->scratch->stemmer,
		reading->tokens->folded + token->folded, token->folded_length, &length);
	const struct key *key;

	if (length <= STEM_BYTES_MAX) {
		memcpy(room, stem, length);
		stem = room;
	}
	key = dictionary_find(&reading->matcher->stems, stem, length);
	return key ? add_specials(reading, key->special, index) : 0;
}

static int add_wildcards(const struct reading *reading, uint32_t index)
{
	const struct matcher *matcher = reading->matcher;
	const struct token *token = &reading->tokens->tokens[index];
	uint32_t lengths = matcher->prefix_lengths;
	uint64_t head;
	int r;

	r = add_specials(reading, matcher->any_prefix, index);
	memcpy(&head, reading->tokens->folded + token->folded, sizeof(head));
	for (; lengths && r >= 0; lengths &= lengths - 1) {
		unsigned length = (unsigned)__builtin_ctz(lengths);

		if (length > token->folded_length)
			break;
		r = add_specials(
			reading, prefix_find(matcher, head & head_mask(length), length), index);
	}
	return r;
}

/* All that a token alone brings. */
static int read_token(const struct reading *reading, uint32_t index)
{
	const struct matcher *matcher = reading->matcher;
	const struct token *token = &reading->tokens->tokens[index];
	const struct key *key = dictionary_find(
		&matcher->words, reading->tokens->folded + token->folded, token->folded_length);
	int r = 0;

	reading->scratch->atoms[index] =
		key ? (uint32_t)(key - matcher->words.keys) : (uint32_t)ATOM_NONE;
	if (key && key->leaf)
		r = add_leaves(reading, key->leaf, index);
	if (key && key->special && r >= 0)
		r = add_specials(reading, key->special, index);
	if (matcher->stems.count > 0 && r >= 0)
		r = add_stems(reading, index);
	if ((matcher->prefix_lengths || matcher->any_prefix) && r >= 0)
		r = add_wildcards(reading, index);
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
		return scratch->atoms[token] == atom;
	for (size_t i = first_extra(scratch, token);
		i < scratch->extra_count && scratch->extras[i].token == token; i++)
		if (scratch->extras[i].atom == atom)
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

/* Notes the phrases of which the two atoms, the first at `token`, are the pair. */
static int add_phrases(
	const struct reading *reading, uint32_t first, uint32_t second, uint32_t token)
{
	const struct matcher *matcher = reading->matcher;
	uint32_t chain = pair_find(matcher, first, second);
	int r;

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

static unsigned atom_flags(const struct matcher *matcher, uint32_t atom)
{
	if (atom == ATOM_NONE)
		return 0;
	return atom & ATOM_SPECIAL ? matcher->specials[atom & ~ATOM_SPECIAL].flags
				   : matcher->words.keys[atom].flags;
}

/* The atoms that hold at a token: the plain one and a row of extras. */
struct atom_set {
	uint32_t plain;
	const struct extra *extras;
	size_t count;
};

static struct atom_set atoms_at(const struct match_scratch *scratch, uint32_t token)
{
	size_t start = first_extra(scratch, token);
	size_t end = start;

	while (end < scratch->extra_count && scratch->extras[end].token == token)
		end++;
	return (struct atom_set){
		.plain = scratch->atoms[token],
		.extras = scratch->extras + start,
		.count = end - start,
	};
}

static uint32_t set_atom(const struct atom_set *set, size_t i)
{
	return i == 0 ? set->plain : set->extras[i - 1].atom;
}

static int read_pairs(const struct reading *reading, const struct atom_set *first,
	const struct atom_set *second, uint32_t token)
{
	const struct matcher *matcher = reading->matcher;
	int r;

	for (size_t i = 0; i <= first->count; i++) {
		if (!(atom_flags(matcher, set_atom(first, i)) & ATOM_OPENS_PAIR))
			continue;
		for (size_t k = 0; k <= second->count; k++) {
			if (!(atom_flags(matcher, set_atom(second, k)) & ATOM_CLOSES_PAIR))
				continue;
			r = add_phrases(reading, set_atom(first, i), set_atom(second, k), token);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

int find_leaves(const struct matcher *matcher, struct match_scratch *scratch,
	const struct token_list *tokens, unsigned field, uint32_t base)
{
	const struct reading reading = {matcher, scratch, tokens, field, base};
	struct atom_set before;
	int r = 0;

	scratch->extra_count = 0;
	if (tokens->count > scratch->atom_size) {
		r = array_reserve((void **)&scratch->atoms, &scratch->atom_size, tokens->count,
			sizeof(*scratch->atoms));
		if (r < 0)
			return r;
	}
	for (uint32_t i = 0; i < tokens->count && r >= 0; i++)
		r = read_token(&reading, i);
	if (tokens->count == 0 || r < 0)
		return r;
	before = atoms_at(scratch, 0);
	for (uint32_t i = 1; i < tokens->count && r >= 0; i++) {
		struct atom_set here = atoms_at(scratch, i);

		r = read_pairs(&reading, &before, &here, i - 1);
		before = here;
	}
	return r;
}
