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

/* Takes over the title's words and those of the sentences that are kept. */
static int gather(const struct words *text, const struct words *title, struct arena *arena,
	struct fingerprint *ret)
{
	size_t title_count = title->count < FINGERPRINT_TITLE_TOKENS_MAX
		? title->count
		: FINGERPRINT_TITLE_TOKENS_MAX;
	struct fingerprint print = {.title_count = title_count, .word_count = title_count};

	print.codes = arena_room(arena, title_count + text->count + 1, sizeof(*print.codes));
	print.sentences = arena_room(arena, FINGERPRINT_SENTENCES_MAX, sizeof(*print.sentences));
	if (!print.codes || !print.sentences)
		return -ENOMEM;
	memcpy(print.codes, title->codes, title_count * sizeof(*print.codes));
	for (size_t i = 0; i < text->sentence_count; i++) {
		struct sentence sentence = text->sentences[i];

		if (sentence.count == 0)
			continue;
		memcpy(print.codes + print.word_count, text->codes + sentence.start,
			sentence.count * sizeof(*print.codes));
		sentence.start = (uint16_t)print.word_count;
		print.sentences[print.sentence_count++] = sentence;
		print.word_count += sentence.count;
	}
	*ret = print;
	return 0;
}

static int encode(struct fingerprint *fingerprint, struct arena *arena)
{
	size_t length = HEADER_BYTES + fingerprint->sentence_count * SENTENCE_BYTES +
		fingerprint->word_count * WORD_BYTES;
	/* A word is written with a byte beyond it, in which the next one begins. */
	uint8_t *bytes = arena_room(arena, length + 1, sizeof(*bytes));
	uint8_t *p = bytes;

	if (!bytes)
		return -ENOMEM;
	bytes[0] = FINGERPRINT_VERSION;
	bytes[1] = (uint8_t)fingerprint->sentence_count;
	bytes[2] = (uint8_t)fingerprint->title_count;
	bytes[3] = 0;
	bytes[4] = (uint8_t)fingerprint->word_count;
	bytes[5] = (uint8_t)(fingerprint->word_count >> 8);
	p += HEADER_BYTES;
	for (size_t i = 0; i < fingerprint->sentence_count; i++) {
		*p++ = (uint8_t)fingerprint->sentences[i].count;
		*p++ = fingerprint->sentences[i].flags;
	}
	for (size_t i = 0; i < fingerprint->word_count; i++, p += WORD_BYTES) {
		uint32_t code = htole32(fingerprint->codes[i]);

		memcpy(p, &code, sizeof(code));
	}
	fingerprint->blob = (struct blob){bytes, length};
	return 0;
}

int fingerprint_make(const struct article *article, struct arena *arena, struct fingerprint **ret)
{
	struct fingerprint *fingerprint = arena_new_object(arena, struct fingerprint);
	struct words text;
	struct words title;
	int r;

	if (!fingerprint)
		return -ENOMEM;
	r = words_read(article->text, article->title, arena, &text, &title);
	if (r < 0)
		return r;
	choose(&text);
	r = gather(&text, &title, arena, fingerprint);
	if (r < 0)
		return r;
	r = encode(fingerprint, arena);
	if (r < 0)
		return r;
	*ret = fingerprint;
	return 0;
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
		.codes = arena_room(arena, words + 1, sizeof(uint32_t)),
		.sentences = arena_room(arena, sentences + 1, sizeof(struct sentence)),
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
