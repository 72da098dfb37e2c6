#include "dedup/sentences.h"

#include <string.h>

enum {
	/* A sentence longer than this is a list without full stops. */
	PROSE_WORDS_MAX = 130,
	PROSE_WORDS_MIN = 8,
	/* Without a full stop (a text that was cut), prose must show itself more clearly. */
	PROSE_CUT_WORDS_MIN = 14,
	/* Headlines are lines without one; few are so long. */
	PROSE_LINE_WORDS_MIN = 22,
	CREDIT_WORDS_MAX = 60,
	LEADING_WORDS_MIN = 3,
	CUE_BITS = 2048,
	TITLE_REPEAT_MIN = 4, /* so many words of the title in a row are the title repeated */
};

/* What a sentence's words look like. */
struct shape {
	unsigned numbers;
	unsigned pairs;
	unsigned lower;
	unsigned capital;
	unsigned cues; /* at most: words that look like one */
};

/* A byte for each of enum token_case, so that one addition counts a word. */
#define CASE_UNIT(kase) ((uint64_t)1 << (8 * (kase)))

_Static_assert(CASE_KINDS <= 8 && SENTENCE_WORDS_MAX <= UINT8_MAX, "no count overflows");

static unsigned count_of(uint64_t counts, enum token_case kase)
{
	return (uint8_t)(counts >> (8 * kase));
}

/*
 * Words of a site's own trade, by which its notices to the reader are known.  Sites in all
 * languages use some of these; what else stands in many stories loses its worth by itself
 * (commonness.h).
 */
const struct cue sentence_cues[SENTENCE_CUES] = {
	{0xfe9b9164, "cookies"},
	{0x9bfabb41, "cookie"},
	{0x36ab5738, "newsletter"},
	{0x0bcc2cf5, "newsletters"},
	{0x7154bacd, "inbox"},
	{0x6bd7726b, "subscribe"},
	{0x50d51bef, "subscription"},
	{0xad350b2a, "unsubscribe"},
	{0xdb476016, "redistributed"},
	{0xe6c7c4c2, "rewritten"},
	{0xb5a1f9e1, "permission"},
	{0xd4a8756e, "moderated"},
	{0x8360ece7, "comments"},
	{0xcc80ca96, "browse"},
	{0x26958eff, "privacy"},
	{0x836d30be, "copyright"},
	{0xa55f5bab, "facebook"},
	{0x59023e45, "twitter"},
	{0xe4ba4263, "instagram"},
	{0xaf25e8bb, "whatsapp"},
	{0xa57bbb3b, "linkedin"},
	{0xa3f6a47e, "youtube"},
	{0x3c640747, "telegram"},
	{0xd2936107, "alerts"},
	{0xb82f95f0, "updates"},
	{0xcf3a96c9, "login"},
	{0x21176ce5, "password"},
	{0xaf211df0, "advertisement"},
	{0x829d2eea, "journalism"},
	{0xfb633cd4, "member"},
	{0x404609d1, "membership"},
	{0x77241db3, "subscriber"},
	{0x47b58aa2, "subscribers"},
	{0x47ebd9a5, "donate"},
	{0x39d312fe, "abonnieren"},
	{0xf8d9b4a9, "datenschutz"},
};

/* Whether hashes may be those of cues, as bits: a quick no. */
struct cue_bits {
	uint64_t bits[CUE_BITS / 64];
};

static void prepare_cues(struct cue_bits *ret)
{
	*ret = (struct cue_bits){0};
	for (size_t i = 0; i < SENTENCE_CUES; i++) {
		uint32_t hash = sentence_cues[i].hash;

		ret->bits[hash % CUE_BITS / 64] |= (uint64_t)1 << (hash % 64);
	}
}

static unsigned may_be_cue(const struct cue_bits *cues, uint32_t hash)
{
	return cues->bits[hash % CUE_BITS / 64] >> (hash % 64) & 1;
}

static struct shape shape_of(
	const struct scan *scan, const struct cue_bits *cues, const struct sentence *sentence)
{
	static const uint64_t units[CASE_KINDS] = {
		[CASE_LOWER] = CASE_UNIT(CASE_LOWER),
		[CASE_CAPITAL] = CASE_UNIT(CASE_CAPITAL),
		[CASE_ALL_CAPITALS] = CASE_UNIT(CASE_ALL_CAPITALS),
		[CASE_NONE] = CASE_UNIT(CASE_NONE),
		[CASE_NUMBER] = CASE_UNIT(CASE_NUMBER),
	};
	const struct token *tokens = scan->tokens + sentence->start;
	uint64_t counts = 0;
	struct shape shape = {0};

	for (size_t i = 0; i < sentence->count; i++) {
		counts += units[tokens[i].kase];
		shape.pairs += tokens[i].pair;
		shape.cues += may_be_cue(cues, tokens[i].hash);
	}
	shape.numbers = count_of(counts, CASE_NUMBER);
	shape.lower = count_of(counts, CASE_LOWER) + count_of(counts, CASE_NONE);
	shape.capital = count_of(counts, CASE_CAPITAL) + count_of(counts, CASE_ALL_CAPITALS);
	return shape;
}

static bool is_cue(uint32_t hash)
{
	for (size_t i = 0; i < SENTENCE_CUES; i++)
		if (sentence_cues[i].hash == hash)
			return true;
	return false;
}

/* A notice has two different cues. */
static bool is_notice(
	const struct scan *scan, const struct sentence *sentence, const struct shape *shape)
{
	uint32_t first = 0;

	if (shape->cues < 2)
		return false;
	for (size_t i = 0; i < sentence->count; i++) {
		uint32_t hash = scan->tokens[sentence->start + i].hash;

		if (hash == first || !is_cue(hash))
			continue;
		if (first != 0)
			return true;
		first = hash;
	}
	return false;
}

/* A row of a table of markets, scores or the like: numbers, names, and no word of a sentence. */
static bool is_row(const struct shape *shape)
{
	return shape->numbers >= 2 && shape->lower == 0;
}

static bool is_prose(
	const struct scan *scan, const struct sentence *sentence, const struct shape *shape)
{
	size_t count = sentence->count;
	size_t longest = shape->pairs * 2 > count ? SENTENCE_WORDS_MAX : PROSE_WORDS_MAX;

	if (sentence->flags & (SENTENCE_ORIGIN | SENTENCE_CREDIT))
		return false;
	if (count > longest || shape->lower * 10 < count * 4 || is_notice(scan, sentence, shape))
		return false;
	if (sentence->flags & SENTENCE_ENDED)
		return count >= PROSE_WORDS_MIN;
	if (sentence->start + count < scan->count && count < PROSE_LINE_WORDS_MIN)
		return false;
	return count >= PROSE_CUT_WORDS_MIN && shape->lower * 10 >= count * 6;
}

static void prove(struct scan *scan, uint32_t hash)
{
	scan->proven[hash % PROVEN_BITS / 8] |= (uint8_t)(1 << (hash % 8));
}

/* Capitals tell names from words only where the others are not capitals too. */
static void prove_names(
	struct scan *scan, const struct sentence *sentence, const struct shape *shape)
{
	const struct token *token = scan->tokens + sentence->start;

	if (shape->capital * 10 > (shape->capital + shape->lower) * 6)
		return;
	for (size_t i = 1; i < sentence->count; i++)
		if (token[i].kase == CASE_CAPITAL || token[i].kase == CASE_ALL_CAPITALS)
			prove(scan, token[i].hash);
}

void sentences_prove_names(struct scan *scan)
{
	static const struct cue_bits none;

	for (size_t i = 0; i < scan->sentence_count; i++) {
		struct shape shape = shape_of(scan, &none, &scan->sentences[i]);

		prove_names(scan, &scan->sentences[i], &shape);
	}
}

/* Where the first words of the title stand in a row at `at`: how many. */
static size_t repeated_words(
	const struct scan *scan, size_t at, size_t end, const struct scan *title)
{
	size_t count = 0;

	while (at + count < end && count < title->count &&
		scan->tokens[at + count].hash == title->tokens[count].hash)
		count++;
	return count;
}

/* Whether a sentence of its own ends in the headline's words: prose stands before them. */
static bool leads_up(const struct scan *scan, const struct sentence *sentence, size_t to)
{
	size_t small = 0;

	for (size_t i = sentence->start; i < to; i++)
		small += scan->tokens[i].kase == CASE_LOWER || scan->tokens[i].kase == CASE_NONE;
	return sentence->flags & SENTENCE_ENDED && small >= LEADING_WORDS_MIN;
}

/*
 * A page repeats its headline before the text, often glued to a breadcrumb and to the first
 * sentence: what stands up to its end is no prose.
 */
static void split_at_title(struct scan *scan, struct sentence *sentence, const struct scan *title)
{
	size_t end = (size_t)sentence->start + sentence->count;
	size_t least = title->count / 2;

	if (least < TITLE_REPEAT_MIN)
		least = TITLE_REPEAT_MIN;
	if (title->count < least)
		return;
	for (size_t i = sentence->start; i + least <= end; i++) {
		size_t repeated;
		size_t head;

		if (scan->tokens[i].hash != title->tokens[0].hash)
			continue;
		repeated = repeated_words(scan, i, end, title);
		if (repeated < least)
			continue;
		head = i + repeated - sentence->start;
		/* The first sentence may be the headline's source: then it goes on. */
		if (i == sentence->start && repeated < title->count &&
			(sentence->flags & SENTENCE_LINE) == 0)
			return;
		if (head < sentence->count && (i > sentence->start || repeated == title->count) &&
			!scan->tokens[i + repeated].pair &&
			scan->tokens[i + repeated].kase == CASE_LOWER)
			return;
		if (head >= sentence->count) {
			if (!leads_up(scan, sentence, i))
				sentence->flags |= SENTENCE_ORIGIN;
			return;
		}
		if (scan->sentence_count >= scan->sentence_size)
			return;
		memmove(sentence + 1, sentence,
			(size_t)(scan->sentences + scan->sentence_count - sentence) *
				sizeof(*sentence));
		scan->sentence_count++;
		sentence[0].count = (uint16_t)head;
		sentence[0].flags |= SENTENCE_ORIGIN;
		sentence[1].start = (uint16_t)(sentence[0].start + head);
		sentence[1].count = (uint16_t)(sentence[1].count - head);
		return;
	}
}

void sentences_judge(struct scan *scan, const struct scan *title)
{
	struct cue_bits cues;

	prepare_cues(&cues);
	for (size_t i = 0; i < scan->sentence_count; i++)
		if (!(scan->sentences[i].flags & SENTENCE_ORIGIN))
			split_at_title(scan, &scan->sentences[i], title);
	for (size_t i = 0; i < scan->sentence_count; i++) {
		struct sentence *sentence = &scan->sentences[i];

		if (sentence->count > CREDIT_WORDS_MAX)
			sentence->flags &= (uint8_t)~SENTENCE_CREDIT;
		/* A credit in brackets after its caption. */
		if (sentence->flags & SENTENCE_CREDIT && i > 0 && sentence->count <= 8 &&
			!(sentence->flags & SENTENCE_LINE))
			scan->sentences[i - 1].flags |= SENTENCE_CREDIT;
	}
	for (size_t i = 0; i < scan->sentence_count; i++) {
		struct sentence *sentence = &scan->sentences[i];
		struct shape shape = shape_of(scan, &cues, sentence);

		if (is_row(&shape))
			sentence->flags |= SENTENCE_ORIGIN;
		if (is_prose(scan, sentence, &shape))
			sentence->flags |= SENTENCE_PROSE;
		prove_names(scan, sentence, &shape);
	}
}
