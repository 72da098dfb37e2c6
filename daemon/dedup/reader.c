#include "dedup/reader.h"

#include <string.h>

enum {
	FRAME_WORDS_MIN = 4,
	PAIR_REACH = 2,
	STOCK_STORIES_MIN = 3, /* that have a stock sentence */
	FILLED_MIN = 2,        /* names and numbers, in a stock sentence */
	FILLED_SALT = 0x7f4a7c15,
};

_Static_assert(2 * READER_WORDS_MAX <= READER_SLOTS, "tables stay half empty");

static void hash_sentence(struct reader *reader, size_t number)
{
	const struct sentence *sentence = &reader->sentences[number];
	const uint32_t *codes = reader->fingerprint->codes + sentence->start;
	uint32_t hash = 0;
	uint32_t all = 0;
	unsigned count = 0;

	for (size_t i = 0; i < sentence->count; i++) {
		bool is_anchor = word_is_anchor(codes[i]);

		all = word_roll(all, codes[i]);
		hash = is_anchor ? hash : word_roll(hash, codes[i]);
		count += !is_anchor;
	}
	reader->wholes[number] = shingle_end(all);
	reader->frames[number] = word_mix(count >= FRAME_WORDS_MIN ? hash : all);
}

static void choose_sentences(struct reader *reader)
{
	const struct fingerprint *fingerprint = reader->fingerprint;
	size_t prose = 0;

	for (size_t i = 0; i < fingerprint->sentence_count; i++)
		if (fingerprint->sentences[i].flags & SENTENCE_PROSE)
			prose += fingerprint->sentences[i].count;
	reader->thin = prose < FINGERPRINT_THIN_WORDS;
	reader->sentence_count = 0;
	reader->word_count = 0;
	for (size_t i = 0; i < fingerprint->sentence_count; i++) {
		const struct sentence *sentence = &fingerprint->sentences[i];

		if (!reader->thin && !(sentence->flags & SENTENCE_PROSE))
			continue;
		reader->sentences[reader->sentence_count++] = *sentence;
		reader->word_count += sentence->count;
	}
}

/* The least power of two with twice the room of `count`. */
static uint32_t slots_for(size_t count)
{
	uint32_t slots = 64;

	while (slots < count * 2)
		slots *= 2;
	return slots;
}

static void add_pair(struct reader *reader, uint32_t hash, float weight)
{
	uint32_t slot = hash & reader->pair_mask;

	while (reader->pair_slots[slot] != 0) {
		size_t number = reader->pair_slots[slot] - 1U;

		if (reader->pairs[number] == hash) {
			if (reader->pair_times[number] < UINT8_MAX)
				reader->pair_times[number]++;
			return;
		}
		slot = (slot + 1) & reader->pair_mask;
	}
	reader->pairs[reader->pair_count] = hash;
	reader->pair_weights[reader->pair_count] = weight;
	reader->pair_times[reader->pair_count] = 1;
	reader->pair_slots[slot] = (uint16_t)++reader->pair_count;
}

static void select_words(struct reader *reader)
{
	const uint32_t *codes = reader->fingerprint->codes;
	uint16_t counted = 0;
	uint16_t anchors = 0;
	size_t s = 0;

	for (; s < reader->sentence_count; s++) {
		const struct sentence *sentence = &reader->sentences[s];
		size_t end = (size_t)sentence->start + sentence->count;

		reader->counted.starts[s] = counted;
		reader->anchors.starts[s] = anchors;
		for (size_t i = sentence->start; i < end; i++) {
			reader->counted.words[counted] = (uint16_t)i;
			counted += reader_counts(reader, i);
			reader->anchors.words[anchors] = (uint16_t)i;
			anchors += word_is_anchor(codes[i]);
		}
	}
	reader->counted.starts[s] = counted;
	reader->anchors.starts[s] = anchors;
}

/* Pairs of a name or number with each of the two before it; these survive other words. */
static void collect_pairs(struct reader *reader)
{
	const uint32_t *codes = reader->fingerprint->codes;
	const uint16_t *anchors = reader->anchors.words;
	size_t count = reader->anchors.starts[reader->sentence_count];
	uint32_t slots = slots_for(PAIR_REACH * count);

	reader->pair_count = 0;
	reader->pair_mask = slots - 1;
	memset(reader->pair_slots, 0, slots * sizeof(*reader->pair_slots));
	for (size_t i = 1; i < count; i++) {
		for (size_t k = 1; k <= PAIR_REACH && k <= i; k++) {
			uint16_t a = anchors[i - k];
			uint16_t b = anchors[i];

			if (codes[a] != codes[b])
				add_pair(reader, pair_hash(codes[a], codes[b]),
					reader->weights[a] + reader->weights[b]);
		}
	}
}

/* Sentences alike in many stories: these are told apart by the names and numbers in them. */
static void look_up_filled(struct reader *reader, const struct commonness *commonness)
{
	const struct selection *anchors = &reader->anchors;

	for (size_t s = 0; s < reader->sentence_count; s++) {
		reader->filled[s] = 0;
		if (reader->uses[s].stories < STOCK_STORIES_MIN ||
			anchors->starts[s + 1] - anchors->starts[s] < FILLED_MIN)
			continue;
		reader->filled[s] = FILLED_SALT ^ reader->wholes[s];
		reader->filled_uses[s] = commonness_uses(commonness, reader->filled[s]);
	}
}

void reader_take_words(struct reader *reader, const struct fingerprint *fingerprint,
	const struct commonness *commonness)
{
	reader->fingerprint = fingerprint;
	choose_sentences(reader);
	commonness_weigh(commonness, fingerprint->codes, fingerprint->word_count, reader->weights);
	select_words(reader);
	collect_pairs(reader);
}

void reader_take_sentences(
	struct reader *reader, const struct commonness *commonness, uint32_t story)
{
	for (size_t s = 0; s < reader->sentence_count; s++) {
		hash_sentence(reader, s);
		commonness_prefetch(commonness, reader->frames[s]);
	}
	for (size_t s = 0; s < reader->sentence_count; s++)
		reader->uses[s] = commonness_uses(commonness, reader->frames[s]);
	look_up_filled(reader, commonness);
	reader_value(reader, story);
}

void reader_open(struct reader *reader, const struct fingerprint *fingerprint,
	const struct commonness *commonness, uint32_t story)
{
	reader_take_words(reader, fingerprint, commonness);
	reader_take_sentences(reader, commonness, story);
}

static float worth(struct sentence_uses uses, uint32_t story)
{
	return 1.0F / (1.0F + (float)sentence_others(uses, story));
}

void reader_value(struct reader *reader, uint32_t story)
{
	for (size_t s = 0; s < reader->sentence_count; s++) {
		reader->worth[s] = worth(reader->uses[s], story);
		reader->filled_worth[s] =
			reader->filled[s] ? worth(reader->filled_uses[s], story) : 0.0F;
	}
}

void reader_add_place(struct reader *reader, struct places *places, size_t sentence)
{
	struct place *place;

	if (places->first != 0 && reader->places[places->last - 1].sentence == sentence)
		return;
	place = &reader->places[reader->place_count++];
	*place = (struct place){.sentence = (uint16_t)sentence};
	if (places->first == 0)
		places->first = (uint16_t)reader->place_count;
	else
		reader->places[places->last - 1].next = (uint16_t)reader->place_count;
	places->last = (uint16_t)reader->place_count;
}

/* Finds or makes the entry of a word. */
static size_t enter(struct reader *reader, size_t word)
{
	struct vocabulary *vocabulary = &reader->vocabulary;
	uint32_t code = reader->fingerprint->codes[word];
	uint32_t slot = word_identity(code) & vocabulary->mask;

	while (vocabulary->slots[slot] != 0) {
		size_t number = vocabulary->slots[slot] - 1U;

		if (word_identity(vocabulary->entries[number].code) == word_identity(code)) {
			reader->entry_of[word] = (uint16_t)(number + 1);
			return number;
		}
		slot = (slot + 1) & vocabulary->mask;
	}
	vocabulary->entries[vocabulary->count] =
		(struct vocabulary_word){.code = code, .word = (uint16_t)word};
	vocabulary->slots[slot] = reader->entry_of[word] = (uint16_t)(vocabulary->count + 1);
	return vocabulary->count++;
}

void reader_index(struct reader *reader)
{
	struct vocabulary *vocabulary = &reader->vocabulary;
	const struct selection *counted = &reader->counted;
	size_t count = counted->starts[reader->sentence_count];
	uint32_t slots = slots_for(count + reader->fingerprint->title_count);

	vocabulary->count = 0;
	vocabulary->shingle_mask = 0;
	vocabulary->mask = slots - 1;
	memset(vocabulary->slots, 0, slots * sizeof(*vocabulary->slots));
	memset(reader->entry_of, 0, reader->fingerprint->word_count * sizeof(*reader->entry_of));
	for (size_t k = 0; k < count; k++)
		vocabulary->entries[enter(reader, counted->words[k])].times++;
	for (size_t i = 0; i < reader->fingerprint->title_count; i++)
		if (reader_counts(reader, i))
			(void)enter(reader, i);
}

static void index_places(struct reader *reader)
{
	struct vocabulary *vocabulary = &reader->vocabulary;
	const struct selection *counted = &reader->counted;

	memset(vocabulary->places, 0, vocabulary->count * sizeof(*vocabulary->places));
	reader->place_count = 0;
	for (size_t s = 0; s < reader->sentence_count; s++)
		for (size_t k = counted->starts[s]; k < counted->starts[s + 1]; k++)
			reader_add_place(reader,
				&vocabulary->places[reader->entry_of[counted->words[k]] - 1], s);
}

static void index_shingles(struct reader *reader)
{
	struct vocabulary *vocabulary = &reader->vocabulary;
	uint32_t slots = slots_for(reader->word_count);

	vocabulary->shingle_mask = slots - 1;
	memset(vocabulary->shingles, 0, slots * sizeof(*vocabulary->shingles));
	for (size_t s = 0; s < reader->sentence_count; s++) {
		const struct sentence *sentence = &reader->sentences[s];
		const uint32_t *codes = reader->fingerprint->codes + sentence->start;
		uint32_t rolled = shingle_start(sentence, codes, READER_SHINGLE_WORDS);

		for (size_t i = 0; i + READER_SHINGLE_WORDS <= sentence->count; i++) {
			uint32_t hash = shingle_next(&rolled, codes + i, READER_SHINGLE_WORDS);
			uint32_t slot = hash & vocabulary->shingle_mask;

			while (vocabulary->shingles[slot] && vocabulary->shingles[slot] != hash)
				slot = (slot + 1) & vocabulary->shingle_mask;
			vocabulary->shingles[slot] = hash;
			vocabulary->shingle_of[sentence->start + i] = (uint16_t)slot;
		}
	}
}

void reader_index_sentences(struct reader *reader)
{
	index_places(reader);
	index_shingles(reader);
}
