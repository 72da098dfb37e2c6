#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "match/matcher_build.h"
#include "match/program.h"
#include "text/tokenizer.h"

enum {
	PAIR_OFFSET_MAX = UINT16_MAX,
};

/* A power of two of which `count` takes at most half. */
static size_t table_size(size_t count)
{
	size_t size = 16;

	while (size < 2 * count)
		size *= 2;
	return size;
}

static int new_filter(size_t count, uint64_t **ret, size_t *ret_mask)
{
	size_t bits = table_size(FILTER_BITS * count);

	*ret_mask = bits - 1;
	*ret = calloc(bits / 64 + 1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

static int layout_dictionary(struct dictionary *dictionary, uint32_t idle_leaf)
{
	static const char padding[TOKENS_PADDING];
	size_t size = table_size(dictionary->texts.count);
	int r;

	r = buffer_add(&dictionary->texts.pool, padding, sizeof(padding));
	if (r < 0)
		return r;
	dictionary->count = dictionary->texts.count;
	dictionary->mask = size - 1;
	dictionary->slots = calloc(size, sizeof(*dictionary->slots));
	dictionary->keys = calloc(dictionary->count + 1, sizeof(*dictionary->keys));
	r = new_filter(dictionary->count, &dictionary->filter, &dictionary->filter_mask);
	if (!dictionary->slots || !dictionary->keys || r < 0)
		return -ENOMEM;
	for (uint32_t n = 0; n < dictionary->count; n++) {
		size_t length;
		const char *text = interner_bytes(&dictionary->texts, n, &length);
		struct key *key = &dictionary->keys[n];
		uint64_t hash = form_hash(text, length, &key->head);
		size_t i = hash & dictionary->mask;

		filter_add(dictionary->filter, dictionary->filter_mask, hash);
		while (dictionary->slots[i].number)
			i = (i + 1) & dictionary->mask;
		dictionary->slots[i] =
			(struct key_slot){.tag = (uint32_t)(hash >> 32), .number = n + 1};
		key->text = dictionary->texts.offsets[n];
		key->length = (uint32_t)length;
		key->leaf = idle_leaf;
	}
	return 0;
}

static struct key_more *key_more(struct matcher *matcher, struct key *key)
{
	if (key->more == 0)
		key->more = (uint32_t)++matcher->more_count;
	return &matcher->more[key->more - 1];
}

/*
 * The bytes with which a folded token begins that a wildcard can match: the text up to the first
 * `?`; of an exact form, which is compared before folding, only its ASCII, whose folding does not
 * depend on what follows.
 */
static size_t prefix_of(const struct special *special, char ret[PREFIX_BYTES_MAX])
{
	size_t length = 0;

	while (length < special->length && length < PREFIX_BYTES_MAX) {
		unsigned char c = (unsigned char)special->text[length];

		/* WILDCARD_ONE is EF B7 90 in UTF-8; so begin other characters, which end it too.
		 */
		if (c == 0xEF || (special->mode == MODE_EXACT && c >= 0x80))
			break;
		if (special->mode == MODE_EXACT && c >= 'A' && c <= 'Z')
			c |= 0x20;
		ret[length++] = (char)c;
	}
	return length;
}

static void add_prefix(struct matcher *matcher, uint32_t number)
{
	struct special *special = &matcher->specials[number];
	char bytes[PREFIX_BYTES_MAX] = {0};
	size_t length = prefix_of(special, bytes);
	uint64_t head;
	size_t i;

	if (length == 0) {
		special->next = matcher->any_prefix;
		matcher->any_prefix = number + 1;
		return;
	}
	memcpy(&head, bytes, sizeof(head));
	if (length < PREFIX_SHORT) {
		matcher->tiny_prefixes |= 1U << length;
	} else {
		i = prefix_hash(head, length < PREFIX_LONG ? PREFIX_SHORT : PREFIX_LONG);
		matcher->prefix_lengths[i & matcher->prefix_lengths_mask] |=
			(uint16_t)(1U << length);
	}
	i = prefix_hash(head, length) & matcher->prefix_mask;
	while (matcher->prefix_slots[i].special &&
		(matcher->prefix_slots[i].head != head ||
			matcher->prefix_slots[i].length != length))
		i = (i + 1) & matcher->prefix_mask;
	special->next = matcher->prefix_slots[i].special;
	matcher->prefix_slots[i] = (struct prefix_slot){
		.head = head, .length = (uint32_t)length, .special = number + 1};
}

static int layout_specials(struct matcher *matcher)
{
	size_t wildcards = 0;
	size_t size;

	/* No key needs more than one, and each has a special atom or a leaf of its own. */
	matcher->more =
		calloc(matcher->special_count + matcher->leaf_count + 1, sizeof(*matcher->more));
	if (!matcher->more)
		return -ENOMEM;
	for (size_t i = 0; i < matcher->special_count; i++)
		wildcards += matcher->specials[i].key == ATOM_NONE;
	matcher->has_wildcards = wildcards > 0;
	size = table_size(wildcards);
	matcher->prefix_mask = size - 1;
	matcher->prefix_slots = calloc(size, sizeof(*matcher->prefix_slots));
	size = table_size(FILTER_BITS * wildcards);
	matcher->prefix_lengths_mask = size - 1;
	matcher->prefix_lengths = calloc(size, sizeof(*matcher->prefix_lengths));
	if (!matcher->prefix_slots || !matcher->prefix_lengths)
		return -ENOMEM;
	for (uint32_t i = 0; i < matcher->special_count; i++) {
		struct special *special = &matcher->specials[i];
		struct key_more *more;
		struct key *key;

		if (special->key == ATOM_NONE) {
			add_prefix(matcher, i);
			continue;
		}
		key = special->mode == MODE_STEMMED ? &matcher->stems.keys[special->key]
						    : &matcher->words.keys[special->key];
		more = key_more(matcher, key);
		special->next = more->special;
		more->special = i + 1;
	}
	return 0;
}

static uint32_t atom_text_length(const struct matcher *matcher, uint32_t atom)
{
	return atom & ATOM_SPECIAL ? matcher->specials[atom & ~(uint32_t)ATOM_SPECIAL].length
				   : matcher->words.keys[atom].length;
}

static void flag_atom(struct matcher *matcher, uint32_t atom, uint32_t flag)
{
	if (atom & ATOM_SPECIAL)
		matcher->specials[atom & ~(uint32_t)ATOM_SPECIAL].flags |= flag;
	else
		matcher->words.keys[atom].flags |= flag;
}

/* The pair of neighbours by which a phrase is found: the longest words tend to be the rarest. */
static uint16_t choose_pair(const struct matcher *matcher, const struct leaf *leaf)
{
	uint16_t best = 0;
	uint32_t longest = 0;

	for (uint32_t i = 0; i + 1 < leaf->length && i < PAIR_OFFSET_MAX; i++) {
		uint32_t length = atom_text_length(matcher, matcher->atoms[leaf->atoms + i]) +
			atom_text_length(matcher, matcher->atoms[leaf->atoms + i + 1]);

		if (length > longest) {
			longest = length;
			best = (uint16_t)i;
		}
	}
	return best;
}

static void add_pair(struct matcher *matcher, uint32_t number)
{
	struct leaf *leaf = &matcher->leaves[number];
	uint32_t first;
	uint32_t second;
	size_t i;

	leaf->pair = choose_pair(matcher, leaf);
	first = matcher->atoms[leaf->atoms + leaf->pair];
	second = matcher->atoms[leaf->atoms + leaf->pair + 1];
	flag_atom(matcher, first, ATOM_OPENS_PAIR);
	flag_atom(matcher, second, ATOM_CLOSES_PAIR);
	filter_add(matcher->pair_filter, matcher->pair_filter_mask, pair_hash(first, second));
	i = pair_hash(first, second) & matcher->pair_mask;
	while (matcher->pairs[i].leaf &&
		(matcher->pairs[i].first != first || matcher->pairs[i].second != second))
		i = (i + 1) & matcher->pair_mask;
	leaf->next = matcher->pairs[i].leaf;
	matcher->pairs[i] =
		(struct pair_slot){.first = first, .second = second, .leaf = number + 1};
}

static int layout_leaves(struct matcher *matcher)
{
	size_t phrases = 0;
	size_t size;

	for (size_t i = 0; i < matcher->leaf_count; i++)
		phrases += matcher->leaves[i].length > 1;
	size = table_size(phrases);
	matcher->pair_mask = size - 1;
	matcher->pairs = calloc(size, sizeof(*matcher->pairs));
	if (!matcher->pairs ||
		new_filter(phrases, &matcher->pair_filter, &matcher->pair_filter_mask) < 0)
		return -ENOMEM;
	for (uint32_t i = 0; i < matcher->leaf_count; i++) {
		struct leaf *leaf = &matcher->leaves[i];
		uint32_t atom = matcher->atoms[leaf->atoms];
		uint32_t *chain;

		if (leaf->length > 1) {
			add_pair(matcher, i);
			continue;
		}
		if (!(atom & ATOM_SPECIAL) && leaf->fields == FIELD_DEFAULT) {
			matcher->words.keys[atom].leaf = i;
			matcher->words.keys[atom].slot = leaf->slot;
			continue;
		}
		chain = atom & ATOM_SPECIAL
			? &matcher->specials[atom & ~(uint32_t)ATOM_SPECIAL].leaf
			: &key_more(matcher, &matcher->words.keys[atom])->leaf;
		leaf->next = *chain;
		*chain = i + 1;
	}
	return 0;
}

static void want_occurrences(struct matcher *matcher, uint32_t leaf)
{
	if (matcher->leaves[leaf].slot == 0)
		matcher->leaves[leaf].slot = ++matcher->slot_count;
}

/* Below NEAR and ATLEAST the places of leaves are wanted, not only whether they occur. */
static void mark_occurrences(struct matcher *matcher, const uint32_t *node, bool wanted)
{
	const uint32_t *end = node + op_size(*node);
	enum op op = op_kind(*node);

	if (op == OP_LEAF && wanted)
		want_occurrences(matcher, op_value(*node));
	if (op == OP_ANY && wanted)
		for (node++; node < end; node++)
			want_occurrences(matcher, *node);
	if (op <= OP_ANY)
		return;
	wanted |= op == OP_NEAR || op == OP_ATLEAST;
	for (node += op == OP_NEAR || op == OP_ATLEAST ? 2 : 1; node < end; node += op_size(*node))
		mark_occurrences(matcher, node, wanted);
}

/*
 * How often a leaf is expected, in whatever unit: what decides under which terms topics stand. What
 * many topics name is common in texts too, and more so than in topics: hence the square.  Short
 * words are commoner than long ones; phrases are rare.
 */
static double leaf_cost(const struct matcher *matcher, const uint32_t *mentions, uint32_t number)
{
	const struct leaf *leaf = &matcher->leaves[number];
	double mentioned = 1.0 + mentions[number];
	double length = 1.0 + atom_text_length(matcher, matcher->atoms[leaf->atoms]);

	if (leaf->length > 1)
		return mentioned / 10.0;
	return mentioned * mentioned * (1.0 + 8.0 / length);
}

struct poster {
	struct matcher *matcher;
	const uint32_t *mentions;
	uint32_t topic;
	bool counting; /* first the postings are counted, then written */
};

static double node_cost(const struct poster *poster, const uint32_t *node)
{
	const uint32_t *end = node + op_size(*node);
	enum op op = op_kind(*node);
	double cost = op == OP_AND || op == OP_NEAR ? INFINITY : 0;

	if (op == OP_LEAF)
		return leaf_cost(poster->matcher, poster->mentions, op_value(*node));
	if (op == OP_REGEX || op == OP_NOT)
		return INFINITY;
	if (op == OP_ANY) {
		for (node++; node < end; node++)
			cost += leaf_cost(poster->matcher, poster->mentions, *node);
		return cost;
	}
	for (node += op == OP_NEAR || op == OP_ATLEAST ? 2 : 1; node < end;
		node += op_size(*node)) {
		double child = node_cost(poster, node);

		if (op == OP_OR || op == OP_ATLEAST)
			cost += child;
		else if (child < cost)
			cost = child;
	}
	return cost;
}

static void post_leaf(const struct poster *poster, uint32_t number, bool sure)
{
	struct matcher *matcher = poster->matcher;
	uint32_t *place = &matcher->posting_starts[number];

	if (!poster->counting)
		matcher->postings[*place] =
			poster->topic << POSTING_SHIFT | (sure ? POSTING_SURE : 0);
	(*place)++;
}

/* Files the topic under the leaves of which one must occur if the node is to be true. */
static void post(const struct poster *poster, const uint32_t *node, bool sure)
{
	const uint32_t *end = node + op_size(*node);
	const uint32_t *cheapest = NULL;
	double least = INFINITY;
	enum op op = op_kind(*node);

	if (op == OP_LEAF)
		post_leaf(poster, op_value(*node), sure);
	if (op == OP_ANY)
		for (node++; node < end; node++)
			post_leaf(poster, *node, sure);
	if (op <= OP_ANY)
		return;
	for (node += op == OP_NEAR || op == OP_ATLEAST ? 2 : 1; node < end;
		node += op_size(*node)) {
		double cost;

		if (op == OP_OR || op == OP_ATLEAST) {
			post(poster, node, sure && op == OP_OR);
			continue;
		}
		cost = node_cost(poster, node);
		if (cost < least) {
			least = cost;
			cheapest = node;
		}
	}
	if (cheapest)
		post(poster, cheapest, false);
}

static void post_topics(struct poster *poster)
{
	struct matcher *matcher = poster->matcher;

	matcher->always_count = 0;
	for (uint32_t i = 0; i < matcher->topic_count; i++) {
		const uint32_t *program = matcher->code + matcher->programs[i];

		poster->topic = i;
		if (isinf(node_cost(poster, program)))
			matcher->always[matcher->always_count++] = i;
		else
			post(poster, program, true);
	}
}

static void count_mentions(const uint32_t *node, uint32_t *mentions)
{
	const uint32_t *end = node + op_size(*node);
	enum op op = op_kind(*node);

	if (op == OP_LEAF)
		mentions[op_value(*node)]++;
	if (op == OP_ANY)
		for (node++; node < end; node++)
			mentions[*node]++;
	if (op <= OP_ANY)
		return;
	for (node += op == OP_NEAR || op == OP_ATLEAST ? 2 : 1; node < end; node += op_size(*node))
		count_mentions(node, mentions);
}

/* From counts to where each leaf's postings begin. */
static int place_postings(struct matcher *matcher)
{
	size_t sum = 0;

	for (size_t i = 0; i < matcher->leaf_count + 2; i++) {
		uint32_t count = matcher->posting_starts[i];

		matcher->posting_starts[i] = (uint32_t)sum;
		sum += count;
	}
	if (sum > UINT32_MAX)
		return -EFBIG;
	matcher->posting_count = sum;
	matcher->postings = calloc(sum + 1, sizeof(*matcher->postings));
	return matcher->postings ? 0 : -ENOMEM;
}

static int layout_postings(struct matcher *matcher)
{
	_cleanup_(freep) uint32_t *mentions = calloc(matcher->leaf_count + 1, sizeof(*mentions));
	struct poster poster = {.matcher = matcher, .mentions = mentions, .counting = true};
	int r;

	matcher->always = calloc(matcher->topic_count + 1, sizeof(*matcher->always));
	matcher->posting_starts = calloc(matcher->leaf_count + 2, sizeof(*matcher->posting_starts));
	if (!mentions || !matcher->always || !matcher->posting_starts)
		return -ENOMEM;
	for (size_t i = 0; i < matcher->topic_count; i++)
		count_mentions(matcher->code + matcher->programs[i], mentions);
	post_topics(&poster);
	r = place_postings(matcher);
	if (r < 0)
		return r;
	poster.counting = false;
	post_topics(&poster);
	/* Writing moved each start to its end, which is the next one's start. */
	for (size_t i = matcher->leaf_count + 1; i > 0; i--)
		matcher->posting_starts[i] = matcher->posting_starts[i - 1];
	matcher->posting_starts[0] = 0;
	return 0;
}

int index_layout(struct matcher *matcher, bool places)
{
	int r;

	r = layout_dictionary(&matcher->words, (uint32_t)matcher->leaf_count);
	if (r >= 0)
		r = layout_dictionary(&matcher->stems, (uint32_t)matcher->leaf_count);
	if (r >= 0)
		r = layout_specials(matcher);
	for (size_t i = 0; i < matcher->topic_count && r >= 0; i++)
		mark_occurrences(matcher, matcher->code + matcher->programs[i], places);
	if (r >= 0)
		r = layout_leaves(matcher);
	return r < 0 ? r : layout_postings(matcher);
}
