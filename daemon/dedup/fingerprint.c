#include "dedup/fingerprint.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "dedup/fingerprint_view.h"

/*
 * The bytes: version, sentences, words of the title, zero; words in all (16 bits); then for each
 * sentence its count and flags; then three bytes for each word, the title's first.  Little-endian.
 */
enum {
	HEADER_BYTES = 6,
	SENTENCE_BYTES = 2,
	WORD_BYTES = 3,
	WORDS_IN_ALL_MAX =
		FINGERPRINT_TITLE_TOKENS_MAX + FINGERPRINT_TOKENS_MAX + FINGERPRINT_FURNITURE_MAX,
};

_Static_assert(
	HEADER_BYTES + FINGERPRINT_SENTENCES_MAX * SENTENCE_BYTES + WORDS_IN_ALL_MAX * WORD_BYTES <=
		FINGERPRINT_BYTES_MAX,
	"a fingerprint fits");
_Static_assert(FINGERPRINT_SENTENCES_MAX <= UINT8_MAX, "sentences are counted in a byte");

static size_t prose_words(const struct words *text)
{
	size_t words = 0;

	for (size_t i = 0; i < text->sentence_count; i++)
		if (text->sentences[i].flags & SENTENCE_PROSE)
			words += text->sentences[i].count;
	return words;
}

/* Chooses the sentences that are kept; the others get count 0. */
static void choose(struct words *text)
{
	size_t prose = 0;
	size_t furniture = 0;
	size_t sentences = 0;
	size_t furniture_max =
		prose_words(text) < FINGERPRINT_THIN_WORDS ? FINGERPRINT_FURNITURE_MAX : 0;

	for (size_t i = 0; i < text->sentence_count; i++) {
		struct sentence *sentence = &text->sentences[i];
		bool is_prose = sentence->flags & SENTENCE_PROSE;
		size_t *sum = is_prose ? &prose : &furniture;
		size_t limit = is_prose ? FINGERPRINT_TOKENS_MAX : furniture_max;

		if (sentences == FINGERPRINT_SENTENCES_MAX || *sum + sentence->count > limit ||
			sentence->flags & (SENTENCE_ORIGIN | SENTENCE_CREDIT)) {
			sentence->count = 0;
			continue;
		}
		*sum += sentence->count;
		sentences++;
	}
}

static uint8_t *put_words(uint8_t *p, const uint32_t *codes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		*p++ = (uint8_t)codes[i];
		*p++ = (uint8_t)(codes[i] >> 8);
		*p++ = (uint8_t)(codes[i] >> 16);
	}
	return p;
}

static int encode(
	const struct words *text, const struct words *title, struct arena *arena, struct blob *ret)
{
	size_t title_count = title->count < FINGERPRINT_TITLE_TOKENS_MAX
		? title->count
		: FINGERPRINT_TITLE_TOKENS_MAX;
	size_t words = title_count;
	size_t sentences = 0;
	uint8_t *bytes;
	uint8_t *p;

	for (size_t i = 0; i < text->sentence_count; i++) {
		words += text->sentences[i].count;
		sentences += text->sentences[i].count > 0;
	}
	ret->length = HEADER_BYTES + sentences * SENTENCE_BYTES + words * WORD_BYTES;
	bytes = arena_alloc(arena, ret->length);
	if (!bytes)
		return -ENOMEM;
	bytes[0] = FINGERPRINT_VERSION;
	bytes[1] = (uint8_t)sentences;
	bytes[2] = (uint8_t)title_count;
	bytes[4] = (uint8_t)words;
	bytes[5] = (uint8_t)(words >> 8);
	p = bytes + HEADER_BYTES;
	for (size_t i = 0; i < text->sentence_count; i++) {
		if (text->sentences[i].count == 0)
			continue;
		*p++ = (uint8_t)text->sentences[i].count;
		*p++ = text->sentences[i].flags;
	}
	p = put_words(p, title->codes, title_count);
	for (size_t i = 0; i < text->sentence_count; i++)
		p = put_words(p, text->codes + text->sentences[i].start, text->sentences[i].count);
	ret->bytes = bytes;
	return 0;
}

int fingerprint_make(const struct article *article, struct arena *arena, struct fingerprint **ret)
{
	struct words text;
	struct words title;
	struct blob blob;
	int r;

	r = words_read(article->text, article->title, arena, &text, &title);
	if (r < 0)
		return r;
	choose(&text);
	r = encode(&text, &title, arena, &blob);
	if (r < 0)
		return r;
	return fingerprint_from_bytes(blob.bytes, blob.length, arena, ret);
}

const void *fingerprint_bytes(const struct fingerprint *fingerprint, size_t *ret_length)
{
	*ret_length = fingerprint->blob.length;
	return fingerprint->blob.bytes;
}

/* Checks the parts against each other; the counts have passed. */
static int read_sentences(const uint8_t *p, size_t words, struct fingerprint *fingerprint)
{
	size_t start = fingerprint->title_count;

	for (size_t i = 0; i < fingerprint->sentence_count; i++, p += SENTENCE_BYTES) {
		if (p[0] == 0)
			return -EBADMSG;
		fingerprint->sentences[i] = (struct sentence){
			.start = (uint16_t)start,
			.count = p[0],
			.flags = p[1],
		};
		start += p[0];
	}
	return start == words ? 0 : -EBADMSG;
}

static void read_words(const uint8_t *p, size_t count, uint32_t *codes)
{
	/* By four bytes, of which one is the next word's, but for the last word. */
	for (size_t i = 0; i + 1 < count; i++, p += WORD_BYTES) {
		uint32_t four;

		memcpy(&four, p, sizeof(four));
		codes[i] = le32toh(four) & 0xffffff;
	}
	if (count > 0)
		codes[count - 1] = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
}

int fingerprint_from_bytes(
	const void *bytes, size_t length, struct arena *arena, struct fingerprint **ret)
{
	const uint8_t *p = bytes;
	struct fingerprint *fingerprint;
	size_t words;
	size_t sentences;
	int r;

	if (length < HEADER_BYTES)
		return -EBADMSG;
	if (p[0] != FINGERPRINT_VERSION)
		return -ESTALE;
	words = p[4] | (size_t)p[5] << 8;
	sentences = p[1];
	if (sentences > FINGERPRINT_SENTENCES_MAX || p[2] > FINGERPRINT_TITLE_TOKENS_MAX ||
		p[3] != 0 || words > WORDS_IN_ALL_MAX || p[2] > words ||
		length != HEADER_BYTES + sentences * SENTENCE_BYTES + words * WORD_BYTES)
		return -EBADMSG;
	fingerprint = arena_new_object(arena, struct fingerprint);
	if (!fingerprint)
		return -ENOMEM;
	*fingerprint = (struct fingerprint){
		.blob = {bytes, length},
		.title_count = p[2],
		.word_count = words,
		.sentence_count = sentences,
		.codes = arena_array(arena, words + 1, sizeof(uint32_t)),
		.sentences = arena_array(arena, sentences + 1, sizeof(struct sentence)),
	};
	if (!fingerprint->codes || !fingerprint->sentences)
		return -ENOMEM;
	r = read_sentences(p + HEADER_BYTES, words, fingerprint);
	if (r < 0)
		return r;
	p += HEADER_BYTES + sentences * SENTENCE_BYTES;
	read_words(p, words, fingerprint->codes);
	*ret = fingerprint;
	return 0;
}
